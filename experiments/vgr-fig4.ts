/**
 * @file Figure 4 of Dai, Wenliang & Wipf 2021, on a synthetic manifold: gamma learned, and fixed at the
 * learned value from the start.
 */

import { below, judge, judgeWithin, withinFactor } from '../src/claims/experiment/judge.js';
import type { Figure, RunRecord, Series } from '../src/claims/experiment/model.js';
import { limit, type Sample, sampleOf } from '../src/claims/experiment/sample.js';
import { mean } from '../src/claims/statistics.js';
import { GAMMA_VAE_RULES } from '../src/core/objectives/gamma-vae/gamma-vae.js';
import { withoutPrefix, withPrefix } from '../src/core/prefix.js';
import { fixedEnergy } from '../src/studies/energy.js';
import {
  type Before,
  type ManifoldSize,
  type ManifoldTraining,
  manifoldNet,
  manifoldTraining,
  RANK,
} from '../src/studies/manifold.js';
import { drive, type Stepper } from '../src/studies/stepper.js';
import type {
  ComputeContext,
  Computed,
  Experiment,
  Inputs,
  Scale,
} from '../src/train/experiment/experiment.js';
import { everySeed } from './grid.js';
import { numberIn, wordIn } from './inputs.js';

const ARMS = ['learned', 'fixed'] as const;
type Gamma = (typeof ARMS)[number];

const SIZES: Readonly<Record<Scale, ManifoldSize>> = {
  smoke: { data: 12, latent: 6, hidden: 24, points: 256, batch: 32, steps: 1500, rate: 0.005, final: 200 },
  small: { data: 16, latent: 8, hidden: 48, points: 512, batch: 64, steps: 3000, rate: 0.003, final: 300 },
  // that of VGR-15
  paper: { data: 20, latent: 10, hidden: 64, points: 512, batch: 64, steps: 5000, rate: 0.003, final: 500 },
};

/** What the running mean of eq. (6) keeps of gamma at each step. */
const MEMORY = 0.97;

/** Points of a curve. */
const POINTS = 60;

export type Track = (gamma: number, error: number) => number;

const LEARNED: Track = (gamma, error) => MEMORY * gamma + (1 - MEMORY) * error;

/** The norm of the error term's gradient with respect to the decoder's parameters, over one batch. */
function decoderGradient(size: ManifoldSize, { params, x, noise, gamma }: Before): number {
  const net = manifoldNet(size);
  const plain = Object.fromEntries(
    Object.entries(params).map(([name, values]) => [name.replace(/^param\./, ''), [...values]]),
  );
  const values = { params: plain, x: [...x], gamma };
  const { gradient } = fixedEnergy(GAMMA_VAE_RULES, net, values, [...noise]);
  const decoder = Object.keys(net.shapes).filter(name => name.startsWith('decoder.'));
  return Math.sqrt(decoder.reduce((sum, name) => sum + gradient(name).reduce((s, g) => s + g * g, 0), 0));
}

function training(size: ManifoldSize, seed: number, start: number, track: Track): ManifoldTraining {
  return manifoldTraining({
    rules: GAMMA_VAE_RULES,
    size,
    seed,
    start,
    track,
    log: { every: Math.ceil(size.steps / POINTS), measure: before => decoderGradient(size, before) },
  });
}

/**
 * One training, or one and then another that begins with the gamma that the first ended with: as one
 * computation.
 */
function inTurn(
  size: ManifoldSize,
  seed: number,
  gamma: Gamma,
  track: Track,
): Stepper & { last(): ManifoldTraining } {
  const first = training(size, seed, 1, track);
  let second: ManifoldTraining | undefined;
  const current = (): ManifoldTraining => {
    if (gamma === 'learned' || first.done < first.steps) return first;
    second ??= training(size, seed, first.result().gamma, fixed => fixed);
    return second;
  };
  return {
    steps: gamma === 'learned' ? first.steps : 2 * first.steps,
    get done() {
      return first.done + (second?.done ?? 0);
    },
    advance: () => current().advance(),
    state: () => ({
      ...withPrefix('first', first.state()),
      ...(second && withPrefix('second', second.state())),
    }),
    resume(state) {
      first.resume(withoutPrefix('first', state));
      const rest = withoutPrefix('second', state);
      if (Object.keys(rest).length > 0) current().resume(rest);
    },
    last: current,
  };
}

/** @param track - how gamma is learned: what a negative control replaces */
export async function compute(
  inputs: Inputs,
  context: ComputeContext,
  track: Track = LEARNED,
): Promise<Computed> {
  const size = Object.fromEntries(
    Object.keys(SIZES.smoke).map(name => [name, numberIn(inputs, name)]),
  ) as unknown as ManifoldSize;
  const stepper = inTurn(size, context.seed, wordIn(inputs, 'gamma', ARMS), track);
  await drive(stepper, context);
  const trained = stepper.last().result();
  const history = stepper.last().history();
  return {
    numbers: {
      error: trained.error,
      mmd: trained.mmd,
      active: trained.active,
      energy: trained.energy,
      gamma: trained.gamma,
      settled: trained.error / trained.gamma,
      startGradient: history[0]!.measured,
    },
    curves: {
      error: history.map(({ step, error }) => [step, error] as const),
      gradient: history.map(({ step, measured }) => [step, measured] as const),
    },
  };
}

/** The geometric mean over seeds of a curve, with the range over them. */
function averaged(runs: readonly RunRecord[], gamma: Gamma, name: string): Series {
  const curves = runs
    .filter(run => run.arm.gamma === gamma)
    .flatMap(run => (run.curves[name] ? [run.curves[name]] : []));
  return {
    name: `gamma ${gamma}`,
    origin: 'ours',
    joined: true,
    points: (curves[0] ?? []).map(([x], i) => {
      const values = curves.map(curve => curve[i]![1]);
      return {
        x,
        y: Math.exp(mean(values.map(Math.log))),
        low: Math.min(...values),
        high: Math.max(...values),
      };
    }),
  };
}

const figures = (runs: readonly RunRecord[]): Figure[] => {
  const note =
    'Geometric mean over the seeds; bars from the least to the largest. Data are new points of a random two-dimensional manifold for each seed, the same for both.';
  const over = (id: string, title: string, label: string): Figure => ({
    id,
    title,
    x: { label: 'step', scale: 'linear' },
    y: { label, scale: 'log' },
    series: ARMS.map(gamma => averaged(runs, gamma, id)),
    note,
  });
  return [
    over('error', 'Reconstruction error', 'squared error of an entry'),
    over('gradient', "Gradient of the error term for the decoder's parameters", 'norm'),
    {
      id: 'mmd',
      title: 'Error and distance of the aggregated posterior from the prior',
      x: { label: 'squared error of an entry', scale: 'log' },
      y: { label: 'MMD^2', scale: 'log' },
      series: ARMS.map(gamma => ({
        name: `gamma ${gamma}`,
        origin: 'ours',
        joined: false,
        points: runs
          .filter(run => run.arm.gamma === gamma && run.status === 'complete')
          .map(({ numbers }) => ({ x: numbers.error!, y: numbers.mmd! })),
      })),
      note: 'A point is a run. MMD^2 in closed form between the mixture of all posteriors and N(0, I), Gaussian kernel of width sqrt(latents).',
    },
  ];
};

const sample = (runs: readonly RunRecord[], gamma: Gamma, quantity: string): Sample => ({
  ...sampleOf(runs, { gamma }, quantity),
  name: `gamma ${gamma}`,
});

const fig4: Experiment = {
  name: 'vgr-fig4',
  source: 'Dai, Wenliang & Wipf 2021, section 4, figure 4',
  says: 'A VAE with learned decoder variance gamma, and the same network trained with gamma fixed at the learned value from the start: error, distance of the aggregated posterior from the prior, size of the gradient.',
  data: 'none',
  doubles: true,
  conventions: ['paper'],
  seeds: scale => (scale === 'smoke' ? [1, 2, 3] : [1, 2, 3, 4, 5]),
  plan: ({ scale, seeds }) =>
    everySeed(
      ARMS.map(gamma => ({ gamma })),
      seeds,
      arm => ({ kind: 'compute', inputs: { ...arm, ...SIZES[scale] } }),
    ),
  compute: (inputs, context) => compute(inputs, context),
  quantities: {
    error: {
      label: 'squared error of an entry',
      says: 'Mean over the last steps of training.',
      scale: 'log',
    },
    mmd: {
      label: 'MMD^2',
      says: 'Between the aggregated posterior and the prior, in closed form (VGR-15).',
      scale: 'log',
    },
    active: {
      label: 'active latents',
      says: 'Posterior variance below 1/2 on average; the manifold has two dimensions.',
      scale: 'linear',
    },
    energy: { label: 'energy (2 nats)', says: 'Eq. (3) over the last steps.', scale: 'linear' },
    gamma: { label: 'gamma', says: 'At the end.', scale: 'log' },
    settled: {
      label: 'error / gamma',
      says: '1 where gamma has reached the error of an entry, as eq. (6) has it at an optimum.',
      scale: 'log',
    },
    startGradient: {
      label: 'gradient at the first step',
      says: "Norm of the energy's gradient with respect to the decoder's parameters.",
      scale: 'log',
    },
  },
  figures: runs => figures(runs),
  statements: [
    {
      id: 'settled',
      says: 'Precondition: the learned gamma has reached the error (error / gamma within 0.8 to 1.25), without which the comparison says nothing.',
      source: 'VGR-15',
      judge: runs =>
        judgeWithin({ margin: 1.25, none: 1 }, factor => [
          withinFactor(sample(runs, 'learned', 'settled'), limit(1), { scale: 'log', factor }),
        ]),
    },
    {
      id: 'error',
      says: 'The reconstruction errors are nearly equal (within a factor of 3).',
      source: 'section 4, figure 4',
      judge: runs =>
        judgeWithin({ margin: 3, none: 1 }, factor => [
          withinFactor(sample(runs, 'fixed', 'error'), sample(runs, 'learned', 'error'), {
            scale: 'log',
            factor,
          }),
        ]),
    },
    {
      id: 'mmd',
      says: 'With gamma fixed the aggregated posterior is much farther from the prior (MMD^2 at least 10 times as large).',
      source: 'section 4, figure 4',
      judge: runs =>
        judgeWithin({ margin: 0.1, none: 0 }, factor => [
          below(sample(runs, 'learned', 'mmd'), sample(runs, 'fixed', 'mmd'), { scale: 'log', factor }),
        ]),
    },
    {
      id: 'gradient',
      says: 'With gamma fixed the gradient is large from the start (at least 1000 times as large).',
      source: 'section 4',
      judge: runs =>
        judgeWithin({ margin: 1e-3, none: 0 }, factor => [
          below(sample(runs, 'learned', 'startGradient'), sample(runs, 'fixed', 'startGradient'), {
            scale: 'log',
            factor,
          }),
        ]),
    },
    {
      id: 'sparse',
      says: `Learning gamma leaves as many active latents as the manifold has dimensions (${RANK}); with gamma fixed there are more.`,
      source: 'section 4; VGR-15',
      judge: runs =>
        judge([
          below(sample(runs, 'learned', 'active'), limit(RANK + 0.5)),
          below(limit(RANK - 0.5), sample(runs, 'learned', 'active')),
          below(limit(RANK + 1), sample(runs, 'fixed', 'active')),
        ]),
    },
  ],
};

export default fig4;
