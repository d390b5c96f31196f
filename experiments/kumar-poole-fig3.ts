/**
 * @file Figure 3 of Kumar & Poole 2020: the beta-VAE, its Taylor objective and GRAE of trained networks, over
 * beta.
 */

import { below, judge, judgeWithin, type Part } from '../src/claims/experiment/judge.js';
import type { Figure, Judgement, RunRecord, Series } from '../src/claims/experiment/model.js';
import { limit, ratioOf, type Sample, sampleOf } from '../src/claims/experiment/sample.js';
import { bootstrapInterval } from '../src/claims/experiment/summary.js';
import { mean } from '../src/claims/statistics.js';
import { GRAE_RULES } from '../src/core/objectives/grae/grae.js';
import { BETA_VAE_TAYLOR_RULES } from '../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE_RULES } from '../src/core/objectives/vae/vae.js';
import { UnavailableError } from '../src/formats/input-error.js';
import { type GapExperiment, type GapRules, gapsOf, gapTraining } from '../src/studies/gaps.js';
import { drive } from '../src/studies/stepper.js';
import type {
  ComputeContext,
  Computed,
  Experiment,
  Inputs,
  Scale,
} from '../src/train/experiment/experiment.js';
import { everySeed } from './grid.js';
import { numberIn } from './inputs.js';
import { MNIST_SIZES, mnistConfig } from './kumar-poole-fig3/mnist.js';
import { gapsOfTrained } from './kumar-poole-fig3/objective-gaps.js';
import { settled } from './settled.js';

type Size = Omit<GapExperiment, 'seed' | 'activation' | 'rows'>;

/** The synthetic set of KP-25; `small` has its network too. */
const SIZES: Readonly<Record<Scale, Size>> = {
  smoke: { latent: 3, data: 8, width: 16, batch: 64, steps: 500, heldOut: 100, pairs: 100 },
  small: { latent: 3, data: 8, width: 32, batch: 100, steps: 2000, heldOut: 200, pairs: 200 },
  paper: { latent: 3, data: 8, width: 32, batch: 100, steps: 8000, heldOut: 200, pairs: 2000 },
};

const BETAS: Readonly<Record<Scale, readonly number[]>> = {
  smoke: [0.01, 0.05, 0.3],
  small: [0.003, 0.01, 0.03, 0.1, 0.3],
  paper: [0.003, 0.01, 0.03, 0.1, 0.3],
};

const RULES: GapRules = { vae: VAE_RULES, taylor: BETA_VAE_TAYLOR_RULES, grae: GRAE_RULES };

/** The three objectives from GRAE and the two gaps. */
function objectives({
  grae = Number.NaN,
  graeGap = Number.NaN,
  taylorGap = Number.NaN,
  taylorGapError = Number.NaN,
}) {
  return {
    grae,
    taylor: grae + graeGap,
    betaVae: grae + graeGap + taylorGap,
    graeGap,
    taylorGap,
    taylorGapError,
    relativeGap: Math.abs(graeGap + taylorGap) / Math.abs(grae),
  };
}

export async function compute(inputs: Inputs, context: ComputeContext, rules = RULES): Promise<Computed> {
  const size = Object.fromEntries(Object.keys(SIZES.smoke).map(name => [name, numberIn(inputs, name)]));
  const experiment = { ...(size as unknown as Size), seed: context.seed };
  const beta = numberIn(inputs, 'beta');
  const training = gapTraining(experiment, beta);
  await drive(training, context);
  const { taylor, error, grae, value } = gapsOf(experiment, beta, training.params(), rules);
  return {
    numbers: objectives({ grae: value, graeGap: grae, taylorGap: taylor, taylorGapError: error }),
    curves: {},
  };
}

/** Runs of one line of the figure: one data set and one size of blocks, by beta. */
interface Line {
  readonly data: string;
  readonly block: number;
  readonly betas: readonly number[];
}

function linesOf(runs: readonly RunRecord[]): Line[] {
  const lines = new Map<string, { data: string; block: number; betas: Set<number> }>();
  for (const { arm } of runs) {
    const key = `${arm.data} ${arm.block}`;
    const line = lines.get(key) ?? { data: String(arm.data), block: Number(arm.block), betas: new Set() };
    line.betas.add(Number(arm.beta));
    lines.set(key, line);
  }
  return [...lines.values()].map(line => ({ ...line, betas: [...line.betas].sort((a, b) => a - b) }));
}

const at = (runs: readonly RunRecord[], { data, block }: Line, beta: number, quantity: string): Sample => ({
  ...sampleOf(runs, { data, block, beta }, quantity),
  name: `beta ${beta}`,
});

function over(runs: readonly RunRecord[], line: Line, name: string, quantity: string, size = false): Series {
  return {
    name,
    origin: 'ours',
    joined: true,
    points: line.betas.flatMap(beta => {
      const values = at(runs, line, beta, quantity).values.map(value => (size ? Math.abs(value) : value));
      if (values.length === 0) return [];
      const [low, high] = bootstrapInterval(values);
      return [{ x: beta, y: mean(values), ...(values.length > 1 && { low, high }) }];
    }),
  };
}

const titleOf = ({ data, block }: Line): string =>
  data === 'synthetic' ? 'synthetic set' : `MNIST, blocks of ${block}`;

const figures = (runs: readonly RunRecord[]): Figure[] =>
  linesOf(runs).flatMap(line => {
    const id = `${line.data}-${line.block}`;
    const x = { label: 'beta', scale: 'log' } as const;
    return [
      {
        id: `objectives-${id}`,
        title: `Three objectives of the same networks, ${titleOf(line)}`,
        x,
        y: { label: 'objective on held-out data', scale: 'linear' },
        series: [
          over(runs, line, 'beta-VAE', 'betaVae'),
          over(runs, line, 'Taylor, eq. (7)', 'taylor'),
          over(runs, line, 'GRAE, eq. (13)', 'grae'),
        ],
        note: 'Networks trained as beta-VAEs; bars are 95 % bootstrap intervals over seeds.',
      },
      {
        id: `gaps-${id}`,
        title: `Distances between the objectives, ${titleOf(line)}`,
        x,
        y: { label: 'size of the distance', scale: 'log' },
        series: [
          over(runs, line, '|beta-VAE - Taylor|', 'taylorGap', true),
          over(runs, line, 'Taylor - GRAE', 'graeGap'),
          over(runs, line, 'standard error of the first', 'taylorGapError'),
        ],
        note: 'The beta-VAE is an average over noises: its distance means something above its standard error only.',
      },
    ];
  });

/** The parts of each line that has more than one beta. */
function partsOf(
  runs: readonly RunRecord[],
  parts: (line: Line, least: number, largest: number) => readonly Part[],
): readonly Part[] {
  const lines = linesOf(runs).filter(({ betas }) => betas.length > 1);
  return lines.length === 0
    ? [{ why: 'no runs yet' }]
    : lines.flatMap(line => parts(line, line.betas[0]!, line.betas.at(-1)!));
}

const judged = (...[runs, parts]: Parameters<typeof partsOf>): Judgement => judge(partsOf(runs, parts));

/** How many times larger a gap is at the largest beta than at the least, one value a seed that has both. */
function growth(
  runs: readonly RunRecord[],
  line: Line,
  quantity: 'graeGap' | 'taylorGap',
  name: string,
): Sample {
  const gap = (beta: number): Sample => magnitude(at(runs, line, beta, quantity));
  return ratioOf(name, gap(line.betas.at(-1)!), gap(line.betas[0]!));
}

/** "Close": this far apart, relative to GRAE. */
const CLOSE = 0.05;

const magnitude = (sample: Sample): Sample => ({ ...sample, values: sample.values.map(Math.abs) });

const fig3: Experiment = {
  name: 'kumar-poole-fig3',
  source: 'Kumar & Poole 2020, figure 3 and appendix D',
  says: 'The beta-VAE objective, its Taylor approximation and GRAE of the same trained networks on held-out data, over beta: on a synthetic set, and on MNIST where it is present.',
  data: 'mnist',
  dataOptional: true,
  conventions: ['paper'],
  seeds: scale => (scale === 'smoke' ? [1, 2, 3, 4] : [1, 2, 3, 4, 5]),
  plan(setting) {
    const { scale, seeds, data } = setting;
    if (scale === 'paper' && data === undefined)
      throw new UnavailableError(
        'experiment: kumar-poole-fig3 at scale paper must have mnist, got none - run: flatcheck data get mnist, or use --scale small for the synthetic set',
      );
    const synthetic = everySeed(
      BETAS[scale].map(beta => ({ data: 'synthetic', block: 1, beta })),
      seeds,
      ({ beta }) => ({ kind: 'compute', inputs: { beta, ...SIZES[scale] } }),
    );
    if (data === undefined) return synthetic;
    const { blocks, betas } = MNIST_SIZES[scale];
    const mnist = everySeed(
      blocks.flatMap(block => betas.map(beta => ({ data: 'mnist', block, beta }))),
      seeds,
      ({ beta, block }, seed) => ({ kind: 'train', config: mnistConfig(setting, beta, block, seed) }),
    );
    return [...synthetic, ...mnist];
  },
  compute: (inputs, context) => compute(inputs, context),
  async measureTrained(trained) {
    const { objective } = trained.config;
    if (objective.name !== 'beta-vae' || typeof objective.beta !== 'number')
      throw new Error(`kumar-poole-fig3: a beta-VAE is measured, got ${objective.name}`);
    return objectives(await gapsOfTrained(trained, objective.beta));
  },
  quantities: {
    betaVae: { label: 'beta-VAE', says: 'Eq. (2) on held-out data: mean over noises.', scale: 'linear' },
    taylor: { label: 'Taylor objective', says: 'Eq. (7), the expectation to second order.', scale: 'linear' },
    grae: { label: 'GRAE', says: 'Eq. (13), with the best covariance for every datum.', scale: 'linear' },
    taylorGap: {
      label: 'beta-VAE less Taylor',
      says: 'Either sign (KP-25); antithetic noises with the second-order term as control variate.',
      scale: 'linear',
    },
    taylorGapError: { label: 'its standard error', says: 'Over the noises.', scale: 'log' },
    graeGap: {
      label: 'Taylor less GRAE',
      says: 'beta times the mean KL to the best covariances (KP-25).',
      scale: 'log',
    },
    relativeGap: { label: '|beta-VAE - GRAE| / GRAE', says: 'How far the ends are apart.', scale: 'log' },
  },
  figures: runs => figures(runs),
  statements: [
    {
      id: 'close',
      says: 'The three objectives are close over a wide range of beta (beta-VAE and GRAE within 5 %).',
      source: 'section 7, figure 3',
      judge: runs =>
        judgeWithin({ margin: CLOSE, none: 0 }, margin =>
          partsOf(runs, line =>
            line.betas.map(beta => below(at(runs, line, beta, 'relativeGap'), limit(margin))),
          ),
        ),
    },
    {
      id: 'closer',
      says: 'They become closer as beta decreases: both distances are smaller at the least beta than at the largest.',
      source: 'section 7, figure 3',
      judge: runs =>
        judged(runs, (line, least, largest) =>
          (['taylorGap', 'graeGap'] as const).map(quantity =>
            below(magnitude(at(runs, line, least, quantity)), magnitude(at(runs, line, largest, quantity)), {
              scale: 'log',
            }),
          ),
        ),
    },
    {
      id: 'grae-faster',
      says: 'The distance from the Taylor objective to GRAE grows faster with beta than that from the beta-VAE to its Taylor objective.',
      source: 'section 7',
      judge: runs =>
        judged(runs, line => [
          below(
            growth(runs, line, 'taylorGap', 'growth of |beta-VAE - Taylor|'),
            growth(runs, line, 'graeGap', 'growth of Taylor - GRAE'),
            { scale: 'log' },
          ),
        ]),
    },
    {
      id: 'never-below',
      says: 'Corrected: the Taylor objective is never below GRAE; the beta-VAE has either sign to its Taylor objective.',
      source: 'KP-25',
      judge: runs => {
        const gaps = runs.flatMap(({ numbers }) => (numbers.graeGap === undefined ? [] : [numbers.graeGap]));
        const least = Math.min(...gaps);
        return settled([
          {
            holds: gaps.length === 0 || gaps.length < runs.length ? undefined : least >= 0,
            why: `least Taylor - GRAE of ${gaps.length} runs: ${least.toPrecision(3)}`,
          },
        ]);
      },
    },
  ],
};

export default fig3;
