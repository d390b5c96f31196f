/** @file VGR-15: learning gamma finds the sparse solution; training with a fixed gamma does not. */
import { mean, standardDeviation } from '../../../src/claims/statistics.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { type Energy, fixedEnergy } from '../../../src/studies/energy.js';
import * as study from '../../../src/studies/manifold.js';
import { finish } from '../../../src/studies/stepper.js';
import { check, claim, conditional, draw, fc, mat, stream, wrong } from '../../kit.js';
import * as dense from '../../subjects/energy/dense-cases.js';

const SIZE: study.ManifoldSize = {
  ...{ data: 12, latent: 6, hidden: 24, points: 256, batch: 32 },
  ...{ steps: 1500, rate: 0.005, final: 200 },
};

const NET = study.manifoldNet(SIZE);

const MEMORY = 0.97;

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** The next gamma from the present one and the error of an entry in a batch. */
  track: (gamma: number, error: number) => MEMORY * gamma + (1 - MEMORY) * error,
  /** The gradient of the error term with a fixed gamma over that with gamma = E/d. */
  ratio: (error: number, d: number, gamma: number) => error / (d * gamma),
};
type Subject = typeof SUBJECT;

/** The decoder's weights, which are in the error term only. */
const WEIGHT = 'decoder.0.weight';

const gradientRatio = check.equals<dense.DenseCase, Subject>({
  says: 'at any parameters the gradient of the error term with a fixed gamma is E/(d gamma) times that with gamma = E/d: large from the start for a small gamma',
  given: dense.denseCases,
  runs: 24,
  measure: (c, { gamma: rules, ratio }) => {
    const [net, noise, values] = [dense.denseNet(c), dense.denseNoise(c), dense.denseValues(c)];
    const d = net.data[0]!;
    const at = (gamma: number): Energy => fixedEnergy(rules, net, { ...values, gamma }, noise);
    const fixed = at(c.gamma);
    const learned = at(fixed.reconstruction / d).gradient(WEIGHT);
    const factor = ratio(fixed.reconstruction, d, c.gamma);
    const expected = learned.map(x => factor * x);
    return { actual: fixed.gradient(WEIGHT), expected, scale: mat.norm([...expected]) + factor };
  },
});

const tracking = check.equals<number, Subject>({
  says: 'the running mean of eq. (6) is at E/d after the training, whatever the error: gamma = E/d + (1 - E/d) 0.97^t',
  given: draw.logUniform({ min: 1e-7, max: 1 }),
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

const start = check.bound<number, Subject>({
  says: "at the first step of the experiment the decoder's gradient with gamma fixed at 1e-5 is E/(d gamma), over a thousand times, that with gamma = E/d",
  given: seeds,
  runs: 2,
  measure: (seed, { gamma: rules, ratio }) => {
    const params = Object.fromEntries(
      Object.entries(study.initial(NET, stream(seed, 'parameters'))).map(([name, v]) => [name, [...v]]),
    );
    const d = NET.data[0]!;
    const x = [...study.manifold(SIZE, stream(seed, 'manifold')).subarray(0, 32 * d)];
    const noise = new Array<number>(NET.latent).fill(0.5);
    const at = (gamma: number): Energy => fixedEnergy(rules, NET, { params, x, gamma }, noise);
    const { reconstruction, gradient } = at(1e-5);
    const learned = at(reconstruction / d).gradient(WEIGHT);
    const measured = mat.norm([...gradient(WEIGHT)]) / mat.norm([...learned]);
    return check.below({
      'over a thousand': [1000, measured],
      'E/(d gamma)': check.apart(measured, ratio(reconstruction, d, 1e-5), 8 * measured),
    });
  },
});

const REPLICATES = 5;

function train(rules: GammaVaeRules, seed: number, start: number, track: Subject['track']): study.Trained {
  const training = study.manifoldTraining({ rules, size: SIZE, seed, start, track });
  finish(training);
  return training.result();
}

/** Bounds on a mean over the seeds, three standard errors away from it. */
function meanOver(what: string, values: readonly number[], lower: number, upper = Infinity) {
  const [centre, error] = [mean(values), standardDeviation(values) / Math.sqrt(values.length)];
  const label = `${what} (${centre.toPrecision(3)} +- ${error.toPrecision(2)})`;
  return check.below({
    [`${label}, at least`]: [lower, centre - 3 * error],
    ...(upper < Infinity && { [`${label}, at most`]: [centre + 3 * error, upper] }),
  });
}

const used = (all: readonly study.Trained[]): number[] => all.map(({ active }) => active);

const experiment = check.bound<number, Subject>({
  says: 'over 5 trainings on random 2-D manifolds in 12 entries, after asserting that rec/(d gamma) is in [0.8, 1.25]: learned gamma keeps 2 latents and an MMD^2 at least 20 times smaller; gamma fixed at the learned value keeps more latents, with an error of the same size and a larger energy',
  given: seeds,
  measure: (seed, { gamma: rules, track }) => {
    const trained = Array.from({ length: REPLICATES }, (_, i) => {
      const own = stream(seed, 'replicate', i).uint32();
      const learned = train(rules, own, 1, track);
      return { learned, fixed: train(rules, own, learned.gamma, gamma => gamma) };
    });
    const fixed = trained.map(pair => pair.fixed);
    const learned = trained.map(pair => pair.learned);
    const logs = (key: 'mmd' | 'error') => fixed.map((at, i) => Math.log(at[key] / learned[i]![key]));
    const excess = fixed.map((at, i) => at.energy - learned[i]!.energy);
    return [
      ...learned.flatMap(({ error, gamma }, i) =>
        check.below({
          [`gamma settled ${i}, at least`]: [0.8, error / gamma],
          [`gamma settled ${i}, at most`]: [error / gamma, 1.25],
        }),
      ),
      ...meanOver('latents with a learned gamma', used(learned), study.RANK - 0.5, study.RANK + 0.5),
      ...meanOver('latents with a fixed gamma', used(fixed), study.RANK + 1),
      ...meanOver('log ratio of MMD^2', logs('mmd'), Math.log(20)),
      ...meanOver('log ratio of errors', logs('error'), -Math.LN2, Math.log(3)),
      ...meanOver('excess energy', excess, 5),
    ];
  },
});

export default claim({
  id: 'VGR-15',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 4, figure 4',
  tex: {
    printed:
      '\\text{the reconstruction errors are nearly identical, but the learnable } \\gamma \\text{ case leads to much lower MMD values}',
    corrected:
      '\\nabla_{\\text{fixed}} = \\frac{E}{d\\gamma}\\,\\nabla_{\\text{learned}} \\quad \\text{(error term, any parameters)}',
  },
  says: 'Learning the decoder variance finds the sparse solution where training from the start with the learned value keeps superfluous latents at an error of the same size, between half and three times; the fixed gradient is E/(d gamma) times larger from the start, and the comparison needs a gamma that has reached E/d, which Adam on log gamma does not in the same steps.',
  verdict: conditional(
    'gamma has settled at E/d when it is compared (tracked in closed form); shown on small manifolds by seeds, not proved',
  ),
  findings: [
    {
      class: 'sharpened',
      title:
        'The advantage of a learned gamma reproduces at small scale, where gamma has reached E/d before anything is compared',
      quote: 'the reconstruction errors are nearly identical, but the learnable',
      place: 'section 4, on figure 4 (a)',
      says: 'With gamma fixed the gradient of the error term is E/(d gamma) times larger from the start, exactly. Over 5 trainings on random 2-D manifolds (--deep) a learned gamma keeps two latents and an MMD^2 at least 20 times smaller. That errors are nearly identical is conditional: there the error with a fixed gamma is between 1/2 and 3 times that with a learned one; CelebA was not run.',
    },
  ],
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { gradientRatio, tracking, experiment: check.deepened(start, () => experiment, { instead: true }) },
  mutants: {
    ...wrong.formula(SUBJECT, 'track', {
      adamOnLogGamma: [
        'log gamma by Adam: at most about one learning rate per step',
        (gamma, error) => gamma * Math.exp(0.005 * Math.sign(error - gamma)),
      ],
      slowMean: ['a running mean with memory 0.9999', (gamma, error) => 0.9999 * gamma + 0.0001 * error],
      deviation: ['the root of the error', (gamma, error) => SUBJECT.track(gamma, Math.sqrt(error))],
    }),
    ...wrong.formula(SUBJECT, 'ratio', {
      inverted: ['d gamma / E', (error, d, gamma) => (d * gamma) / error],
      entriesDropped: ['E / gamma', (error, _, gamma) => error / gamma],
      rootRatio: ['sqrt(E / (d gamma))', (error, d, gamma) => Math.sqrt(error / (d * gamma))],
    }),
  },
});
