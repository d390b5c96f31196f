/**
 * @file KP-9: the rotation experiment. A mean-field posterior fixes the rotation of the latents, but not at
 * the true one.
 */
import { makeBetaVae } from '../../../../src/core/objectives/vae/beta-vae.js';
import { averagedStep, type NoisyStep, sampling } from '../../../../src/studies/noisy-step.js';
import { graeCovariance } from '../../../../src/theory/closed/grae.js';
import { ppcaOptimalValue } from '../../../../src/theory/closed/ppca.js';
import { modQuarter } from '../../../../src/theory/numerics/procrustes.js';
import { check, claim, draw, fc, mat, quad, refuted } from '../../../kit.js';
import { linearAutoencoder } from '../../../subjects/vae/local-cases.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { curved, unique } from './curved.js';
import * as at from './rotation-cases.js';

/** The beta-VAE of the linear experiment, its expectation exact. */
function objective(
  c: at.RotationCase,
  { vae }: Subject,
  decoder: mat.Matrix,
  covariance: mat.Matrix,
  kind: 'diagonal' | 'cholesky' = 'diagonal',
): NoisyStep {
  const betaVae = sampling(vae, makeBetaVae(vae), ({ beta }) => ({ beta: beta! }));
  const values = at.valuesOf(c, decoder, covariance, kind);
  return averagedStep(betaVae, linearAutoencoder(2, 2, kind), values, quad.sigmaPoints(2));
}

/** The angle between the true latents and those that the best encoder infers. */
const angleOf = (c: at.RotationCase, { angle, procrustes }: Subject): number =>
  angle(procrustes(at.crossOf(at.dataOf(c), at.encoderOf(at.optimumOf(at.weightsOf(c)).decoder, c.noise))));

/** Data of size 2 with gradients through an encoder of the size of 1 / noise. */
const sizeOf = (c: at.RotationCase): number => 64 * (1 + 1 / c.noise);

/** Signs of a Hadamard matrix. */
const design = [0, 1, 2, 3].map(i => [0, 1, 2, 3].map(k => ([1, 2].includes(i & k) ? -0.5 : 0.5)));

const given = {
  arbitrary: at.rotationCases,
  // columns at right angles, and others
  examples: [
    { between: 90, turn: 30, noise: 0.05, design, away: 20 },
    { between: 60, turn: 0, noise: 0.05, design, away: 45 },
  ],
};

const stationary = check.equals<at.RotationCase, Subject>({
  says: 'for nu = identity the mean-field beta-VAE has its optimum at A = WV with the right singular vectors V of W: all gradients vanish there, and the value is that of probabilistic PCA',
  given,
  runs: 40,
  measure: (c, rules) => {
    const { decoder, singular } = at.optimumOf(at.weightsOf(c));
    const beta = c.noise ** 2;
    const step = objective(c, rules, decoder, at.meanField(decoder, c.noise));
    const eigenvalues = singular.map(s => s ** 2 + beta);
    return [
      { what: 'value', actual: step.loss, expected: ppcaOptimalValue(eigenvalues, 2, beta), scale: 16 },
      ...['decoder.0.weight', 'mu.weight', 'mu.bias', 'logvar.bias'].map(what => {
        const actual = step.gradient(what);
        return { what, actual, expected: new Float64Array(actual.length), scale: sizeOf(c) };
      }),
    ];
  },
});

const angle = check.equals<at.RotationCase, Subject>({
  says: 'so the inferred latents are turned by half the angle of (3, 4 cos) against the true ones, cos that of the angle between the columns of W: up to 26.6 degrees, and 0 for columns at right angles only',
  given,
  runs: 60,
  measure: (c, rules) => {
    const found = angleOf(c, rules);
    // an angle of 45 degrees is one of -45
    return { actual: modQuarter(found - rules.predicted(c.between)), expected: 0, scale: 90 };
  },
});

const drop = check.equals<at.RotationCase, Subject>({
  says: 'turning the latents by theta away from it costs beta/2 log(1 + (a-b)^2 sin^2(2 theta) / (4ab)), a and b the eigenvalues of I + W^T W / beta; with a full covariance it costs nothing',
  given,
  runs: 40,
  measure: (c, rules) => {
    const { decoder, singular } = at.optimumOf(at.weightsOf(c));
    const turned = mat.multiply(decoder, at.rotation(c.away));
    const best = objective(c, rules, decoder, at.meanField(decoder, c.noise)).loss;
    const [a, b] = singular.map(s => 1 + (s / c.noise) ** 2) as [number, number];
    return check.agree(
      {
        'mean-field': [
          objective(c, rules, turned, rules.variances(turned, c.noise)).loss - best,
          rules.drop(a, b, (c.away * Math.PI) / 180) * c.noise ** 2,
        ],
        full: [objective(c, rules, turned, graeCovariance(turned, c.noise ** 2), 'cholesky').loss, best],
      },
      16,
    );
  },
});

const recovered = check.equals({
  says: 'Procrustes recovers a rotation from Z and M = O^T Z whatever the second moments of Z are, and its angle is that of the first inferred axis in the true space, mod 90 degrees, for reflections as well',
  given: {
    arbitrary: draw.record({
      orthogonal: fc
        .tuple(draw.orthogonal(2), fc.boolean())
        .map(([o, flip]) => o.map(row => (flip ? [row[0]!, -row[1]!] : row))),
      moment: draw.spd(2, 1 / 8, 8).map(({ matrix }) => matrix),
    }),
    examples: [
      { orthogonal: at.rotation(20), moment: at.rotation(0) },
      { orthogonal: mat.multiply(at.rotation(20), mat.diagonal([1, -1])), moment: at.rotation(0) },
    ],
  },
  runs: 60,
  measure: (c, rules: Subject) => {
    const o = rules.procrustes(mat.multiply(c.moment, c.orthogonal));
    const first = (Math.atan2(c.orthogonal[1]![0]!, c.orthogonal[0]![0]!) * 180) / Math.PI;
    return check.agree({
      matrix: [o.flat(), c.orthogonal.flat(), 64],
      angle: [modQuarter(rules.angle(o) - first), 0, 90 * 64],
    });
  },
});

const notTrue = check.violates<at.RotationCase, Subject>({
  says: 'so with columns that are only rescaled, not made orthogonal, the angle is not 0: 16.8 degrees for columns at 60 degrees',
  given: {
    ...given,
    arbitrary: at.rotationCases.filter(c => Math.abs(c.between - 90) > 10),
    examples: given.examples.slice(1),
  },
  runs: 20,
  measure: (c, rules) => {
    const found = angleOf(c, rules);
    return { claimed: 0, actual: found, by: Math.abs(found), scale: 90 };
  },
});

const scatter = check.statistical<{ limit: number }, Subject>({
  says: 'over Gaussian W with columns rescaled to norms 2 and 1 the angles are neither gathered at 0 nor uniform: 8.4 % lie within 5 degrees and 81.9 % within 26 (uniform angles: 11.1 and 57.8 %; 10,000 draws each tell them apart)',
  given: check.only([{ limit: 5 }, { limit: 26 }]),
  measure: ({ limit }, rules, random) => {
    const values = Float64Array.from({ length: 10_000 }, () => {
      const w = rescaled([0, 1].map(() => [random.normal(), random.normal()]));
      const { decoder } = at.optimumOf(w);
      const cross = mat.transpose(mat.multiply(at.encoderOf(decoder, 0.05), w));
      return Math.abs(rules.angle(rules.procrustes(cross))) < limit ? 1 : 0;
    });
    return { values, expected: rules.share(limit) };
  },
});

const median = check.within({
  says: 'half of the angles are beyond 21.66 degrees (to 0.01 %)',
  given: check.only([{ limit: 21.65695 }]),
  tolerance: 1e-4,
  measure: ({ limit }, rules: Subject) => ({ actual: rules.share(limit), expected: 0.5 }),
});

/** The columns rescaled to norms 2 and 1. */
function rescaled(w: mat.Matrix): number[][] {
  const lengths = mat.transpose(w).map(column => mat.norm(column));
  return w.map(row => row.map((x, k) => ((2 - k) * x) / lengths[k]!));
}

const SMALL = { samples: 80, nodes: 3 };
const LARGE = { samples: 2000, nodes: 5 };

export default claim<Subject, string, string>({
  id: 'KP-9',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, figures 1, 5, 6 and appendix C',
  tex: {
    printed:
      '\\|W_{\\cdot1}\\| = 2,\\ \\|W_{\\cdot2}\\| = 1,\\ q \\text{ mean-field}: \\quad \\theta(O) \\text{ the same over runs}, \\quad O = \\arg\\min_O\\|Z - OM\\|_F^2',
    asRead: true,
    corrected:
      '\\theta = \\tfrac12\\operatorname{atan2}(4c, 3), \\quad c = \\cos\\angle(W_{\\cdot1}, W_{\\cdot2}) \\quad (\\nu = \\mathrm{id})',
  },
  says: 'A mean-field posterior does pick one rotation of the latents for each data set, as the paper says, and a full covariance none; but against the true latents that rotation differs from run to run: it is that of the principal axes of W^T W, which for columns that are only rescaled lies 21.7 degrees from the true one at the median, and for tanh it is another even where the columns are orthogonal.',
  verdict: refuted({
    counterexample:
      'nu = identity, columns of norms 2 and 1 at 60 degrees: the mean-field optimum is turned by 16.8 degrees against the true latents',
    corrected:
      'the optimum is unique up to signs and order, at the principal axes of W^T W; it is the true rotation for linear decoders with orthogonal columns',
  }),
  findings: [
    {
      class: 'error',
      title: 'The rotation angle against the true latents is not unique over runs',
      quote:
        'Rotation angle between true latents and inferred latents for VAEs (multiple runs): diagonal Σ encourages unique solution in terms of inferred latents as the ELBO increases',
      place: 'caption of figure 1',
      says: 'For each data set the optimum is unique up to signs and order, as the paper says. But the runs draw W anew and measure the angle against the true latents, and columns that are only rescaled to norms 2 and 1 are not orthogonal: for nu = identity the optimum is turned by half the angle of (3, 4c), c the cosine between the columns, 16.8 degrees for columns at 60. Over the draws of W, 8.4 % of the angles are within 5 degrees of 0 and half beyond 21.7. The angle is 0 in all runs where W has orthogonal columns, as in the example of section 3.1; for tanh not even then.',
      changesUse: true,
    },
  ],
  objectives: ['beta-vae'],
  subject: SUBJECT,
  checks: {
    recovered,
    stationary,
    angle,
    drop,
    notTrue,
    scatter,
    median,
    unique: check.deepened(unique(SMALL, 1), () => unique(LARGE, 2)),
    curved: check.deepened(curved(SMALL, 1), () => curved(LARGE, 1, 2, 3)),
  },
  mutants: MUTANTS,
});
