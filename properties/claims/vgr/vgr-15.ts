/** @file VGR-15: learning gamma finds the sparse solution where training with the learned gamma from the start does not. */
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { stream } from '../../../src/claims/random.js';
import { mean, standardDeviation } from '../../../src/claims/statistics.js';
import { conditional } from '../../../src/claims/verdict.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { type Energy, fixedEnergy } from '../../../src/studies/energy.js';
import {
  initial,
  type ManifoldSize,
  manifold,
  manifoldNet,
  manifoldTraining,
  RANK,
  type Trained,
} from '../../../src/studies/manifold.js';
import { finish } from '../../../src/studies/stepper.js';
import { norm } from '../../../src/theory/numerics/matrix.js';
import { logUniform } from '../../arbitraries/numbers.js';
import { byEffort } from '../../by-effort.js';
import {
  type DenseCase,
  denseCases,
  denseNet,
  denseNoise,
  denseValues,
} from '../../subjects/energy/dense-cases.js';

const SIZE: ManifoldSize = {
  data: 12,
  latent: 6,
  hidden: 24,
  points: 256,
  batch: 32,
  steps: 1500,
  rate: 0.005,
  final: 200,
};

const NET = manifoldNet(SIZE);

interface Subject {
  readonly gamma: GammaVaeRules;
  /** The next gamma from the present one and the error of an entry in a batch. */
  readonly track: (gamma: number, error: number) => number;
  /** The gradient of the error term with a fixed gamma over that with gamma = E/d. */
  readonly ratio: (error: number, d: number, gamma: number) => number;
}

const MEMORY = 0.97;

const SUBJECT: Subject = {
  gamma: GAMMA_VAE_RULES,
  track: (gamma, error) => MEMORY * gamma + (1 - MEMORY) * error,
  ratio: (error, d, gamma) => error / (d * gamma),
};

/** The decoder's weights, which are in the error term only. */
const WEIGHT = 'decoder.0.weight';

const gradientRatio = equals<DenseCase, Subject>({
  says: 'at any parameters the gradient of the error term with a fixed gamma is E/(d gamma) times that with gamma = E/d: large from the start for a small gamma',
  given: { arbitrary: denseCases },
  runs: 24,
  measure: (c, { gamma: rules, ratio }) => {
    const [net, noise, values] = [denseNet(c), denseNoise(c), denseValues(c)];
    const d = net.data[0]!;
    const at = (gamma: number): Energy => fixedEnergy(rules, net, { ...values, gamma }, noise);
    const fixed = at(c.gamma);
    const learned = at(fixed.reconstruction / d).gradient(WEIGHT);
    const factor = ratio(fixed.reconstruction, d, c.gamma);
    const expected = learned.map(x => factor * x);
    return { actual: fixed.gradient(WEIGHT), expected, scale: norm([...expected]) + factor };
  },
});

const tracking = equals<number, Subject>({
  says: 'the running mean of eq. (6) is at E/d after the training, whatever the error: gamma = E/d + (1 - E/d) 0.97^t',
  given: { arbitrary: logUniform({ min: 1e-7, max: 1 }) },
  runs: 12,
  measure: (error, { track }) =>
    [100, SIZE.steps].map(steps => {
      let gamma = 1;
      for (let i = 0; i < steps; i++) gamma = track(gamma, error);
      return {
        what: `${steps} steps`,
        actual: gamma,
        expected: error + (1 - error) * MEMORY ** steps,
        scale: steps * gamma,
      };
    }),
});

const seeds = fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 }));

const start = bound<number, Subject>({
  says: "at the first step of the experiment the decoder's gradient with gamma fixed at 1e-5 is E/(d gamma), over a thousand times, that with gamma = E/d",
  given: { arbitrary: seeds },
  runs: 2,
  measure: (seed, { gamma: rules, ratio }) => {
    const params = Object.fromEntries(
      Object.entries(initial(NET, stream(seed, 'parameters'))).map(([name, v]) => [name, [...v]]),
    );
    const d = NET.data[0]!;
    const x = [...manifold(SIZE, stream(seed, 'manifold')).subarray(0, 32 * d)];
    const noise = new Array<number>(NET.latent).fill(0.5);
    const at = (gamma: number): Energy => fixedEnergy(rules, NET, { params, x, gamma }, noise);
    const { reconstruction, gradient } = at(1e-5);
    const learned = at(reconstruction / d).gradient(WEIGHT);
    const measured = norm([...gradient(WEIGHT)]) / norm([...learned]);
    return [
      { what: 'over a thousand', lower: 1000, upper: measured },
      {
        what: 'E/(d gamma)',
        lower: Math.abs(measured - ratio(reconstruction, d, 1e-5)),
        upper: 0,
        scale: 8 * measured,
      },
    ];
  },
});

const REPLICATES = 5;

function train(rules: GammaVaeRules, seed: number, start: number, track: Subject['track']): Trained {
  const training = manifoldTraining({ rules, size: SIZE, seed, start, track });
  finish(training);
  return training.result();
}

/** Bounds on a mean over the seeds, three standard errors away from it. */
function meanOver(what: string, values: readonly number[], lower: number, upper: number) {
  const [centre, error] = [mean(values), standardDeviation(values) / Math.sqrt(values.length)];
  const label = `${what} (${centre.toPrecision(3)} +- ${error.toPrecision(2)})`;
  return [
    ...(lower > -Infinity ? [{ what: `${label}, at least`, lower, upper: centre - 3 * error }] : []),
    ...(upper < Infinity ? [{ what: `${label}, at most`, lower: centre + 3 * error, upper }] : []),
  ];
}

const experiment = bound<number, Subject>({
  says: 'over 5 trainings on random 2-D manifolds in 12 entries, after asserting that rec/(d gamma) is in [0.8, 1.25]: learned gamma keeps 2 latents and an MMD^2 at least 20 times smaller; gamma fixed at the learned value keeps more latents, with an error of the same size and a larger energy',
  given: { arbitrary: seeds },
  measure: (seed, { gamma: rules, track }) => {
    const trained = Array.from({ length: REPLICATES }, (_, i) => {
      const own = stream(seed, 'replicate', i).uint32();
      const learned = train(rules, own, 1, track);
      return { learned, fixed: train(rules, own, learned.gamma, gamma => gamma) };
    });
    const of = (f: (pair: { learned: Trained; fixed: Trained }) => number): number[] => trained.map(f);
    return [
      ...trained.flatMap(({ learned: { error, gamma } }, i) => [
        { what: `gamma settled ${i}, at least`, lower: 0.8, upper: error / gamma },
        { what: `gamma settled ${i}, at most`, lower: error / gamma, upper: 1.25 },
      ]),
      ...meanOver(
        'latents with a learned gamma',
        of(({ learned }) => learned.active),
        RANK - 0.5,
        RANK + 0.5,
      ),
      ...meanOver(
        'latents with a fixed gamma',
        of(({ fixed }) => fixed.active),
        RANK + 1,
        Infinity,
      ),
      ...meanOver(
        'log ratio of MMD^2',
        of(({ learned, fixed }) => Math.log(fixed.mmd / learned.mmd)),
        Math.log(20),
        Infinity,
      ),
      ...meanOver(
        'log ratio of errors',
        of(({ learned, fixed }) => Math.log(fixed.error / learned.error)),
        -Math.LN2,
        Math.log(3),
      ),
      ...meanOver(
        'excess energy',
        of(({ learned, fixed }) => fixed.energy - learned.energy),
        5,
        Infinity,
      ),
    ];
  },
});

export default claim({
  id: 'VGR-15',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 4, figure 4',
  tex: {
    printed:
      '\\gamma \\text{ learned: small MMD and error; } \\gamma \\text{ fixed at the learned value: the same error, large MMD}',
    corrected:
      '\\nabla_{\\text{fixed}} = \\frac{E}{d\\gamma}\\,\\nabla_{\\text{learned}} \\quad \\text{(error term, any parameters)}',
  },
  says: 'Learning the decoder variance finds the sparse solution where training from the start with the learned value keeps superfluous latents at the same error; the fixed gradient is E/(d gamma) times larger from the start, and the comparison needs a gamma that has reached E/d, which Adam on log gamma does not in the same steps.',
  verdict: conditional(
    'gamma has settled at E/d when it is compared (tracked in closed form); shown on small manifolds by seeds, not proved',
  ),
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { gradientRatio, tracking, experiment: byEffort(start, experiment) },
  mutants: {
    adamOnLogGamma: mutant<Subject>('log gamma by Adam: at most about one learning rate per step', s => ({
      ...s,
      track: (gamma, error) => gamma * Math.exp(0.005 * Math.sign(error - gamma)),
    })),
    slowMean: mutant<Subject>('a running mean with memory 0.9999', s => ({
      ...s,
      track: (gamma, error) => 0.9999 * gamma + 0.0001 * error,
    })),
    deviation: mutant<Subject>('the root of the error', s => ({
      ...s,
      track: (gamma, error) => SUBJECT.track(gamma, Math.sqrt(error)),
    })),
    inverted: mutant<Subject>('d gamma / E', s => ({
      ...s,
      ratio: (error, d, gamma) => (d * gamma) / error,
    })),
    entriesDropped: mutant<Subject>('E / gamma', s => ({ ...s, ratio: (error, _, gamma) => error / gamma })),
    rootRatio: mutant<Subject>('sqrt(E / (d gamma))', s => ({
      ...s,
      ratio: (error, d, gamma) => Math.sqrt(error / (d * gamma)),
    })),
  },
});
