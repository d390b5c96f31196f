/** @file The SAM objective is the loss plus rho times the whitened gradient norm, to first order: eq. (6). */
import * as tf from '@tensorflow/tfjs';
import { scaleUp, whiten } from '../../../src/core/gaussian.js';
import { squaredNorm } from '../../../src/core/objectives/objective.js';
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { maximiseOnBall } from '../../../src/theory/numerics/trust-region.js';
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { asymptotic, check, claim, draw, mat, wrong } from '../../kit.js';
import { jet } from '../../subjects/network/jets.js';
import { PENALTY_RULES } from '../../subjects/sam/covariance.js';
import * as ellipsoid from '../../subjects/sam/ellipsoids.js';
import { compareLearned, learnedDirections, learnedValueLadder } from '../../subjects/sam/learned.js';
import { inSamba, LENGTH_MUTANTS, wrongSamba } from '../../subjects/sam/mutants.js';
import { radii } from '../../subjects/sam/pair.js';
import { withSigma } from '../../subjects/sam/ridge-cases.js';
import { measureOn } from '../../subjects/sam/surfaces.js';

const SUBJECT: ellipsoid.Sides = { samba: SAMBA_RULES, penalty: PENALTY_RULES };

/** Half the second derivative of the mean error along the whitened directions. */
const curvatureOf = (c: AutoencoderCase): number =>
  jet(c, learnedDirections(c).whitened, 'whitened').value[1];

export default claim<ellipsoid.Sides, string, string>({
  id: 'SAMBA-7',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (6)',
  tex: {
    printed: 'L_{SAM} \\approx L + \\rho\\,\\|\\sqrt\\Sigma\\,\\nabla L\\|',
    corrected:
      'L(\\psi+\\hat\\varepsilon) = L + \\rho\\|\\Sigma^{1/2}\\nabla L\\| + \\tfrac{\\rho^2}{2}\\,\\hat u^\\top\\Sigma^{1/2}\\nabla^2 L\\,\\Sigma^{1/2}\\hat u + O(\\rho^3),\\quad \\hat u = \\Sigma^{1/2}\\nabla L/\\|\\Sigma^{1/2}\\nabla L\\|',
  },
  says: 'For any covariance the SAM loss is the loss plus rho times the whitened gradient norm, up to half the curvature along the step times rho^2; the true maximum differs from the one-step value only at order three.',
  verdict: asymptotic(2, 'rho'),
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    anyCovariance: check.order({
      says: "one step, functions with known Hessian, any covariance: rho^2 e'He/2",
      given: withSigma(draw.ridges),
      order: 2,
      measure: ellipsoid.ridgeExpansion,
    }),
    encoderCovariance: check.order({
      says: "one step, the loss that trains with the encoder's diagonal or full covariance",
      given: everyShape(SHAPES.learned),
      order: 2,
      measure: (c, { samba, penalty }) => {
        const factors = radii(c, 5, 15).map(rho => rho / Math.sqrt(c.shape.net.latent));
        return { ladder: learnedValueLadder(c, samba, penalty, factors), constant: curvatureOf(c) };
      },
    }),
    linearDecoder: check.equals({
      says: 'for a linear decoder the residual is exactly rho^2/2 times the curvature along the step, at every radius',
      given: everyShape(SHAPES.linearLearned),
      runs: 32,
      measure: (c, { samba, penalty }) =>
        [2 ** -7, 1, 16].map(s => {
          const { value } = compareLearned(c, samba, penalty, s);
          const size = mat.norm(Object.values(c.params).flat()) + mat.norm(c.x);
          return {
            actual: value.samba,
            expected: value.penalised + s ** 2 * curvatureOf(c),
            scale: value.samba + value.penalised + size * size * s * (1 + s),
          };
        }),
    }),
    trueMaximum: check.order({
      says: "the exact maximum of a quadratic over the ellipsoid: rho^2 u'Hu/2, u in whitened coordinates",
      given: withSigma(ellipsoid.slopedQuadratics),
      order: 2,
      measure: ellipsoid.maximumExpansion,
    }),
    oneStepGap: check.order({
      says: 'one step falls short of the maximum by rho^3 |PHu|^2/(2|g|) only',
      given: withSigma(ellipsoid.slopedQuadratics),
      order: 3,
      measure: (c, { samba }) => ellipsoid.gapExpansion(c, { samba, penalty: PENALTY_RULES }),
    }),
    uniform: check.bound({
      says: '|max - (L + rho|g|)| <= rho^2 |H|/2, with no condition on the gradient',
      given: withSigma(draw.quadratics),
      runs: 64,
      measure: (c, subject) => {
        const { on, g, a } = ellipsoid.whitened(c);
        const bending = ellipsoid.spectralNorm(a);
        return [1e-3, 1, 100].map(kappa => {
          const { value, penalty } = measureOn(on, subject.samba, subject.penalty, kappa);
          const most = maximiseOnBall(g, a, kappa).value;
          return {
            lower: Math.abs(most + c.f.offset - value - penalty),
            upper: (kappa ** 2 * bending) / 2,
            scale: Math.abs(most) + Math.abs(value) + penalty,
          };
        });
      },
    }),
    concave: check.bound({
      says: 'the first-order value overestimates along a concave direction',
      given: withSigma(p => draw.quadraticOf(p, 'interior')),
      runs: 64,
      measure: (c, subject) => {
        const { on } = ellipsoid.whitened(c);
        const { value, perturbed, penalty } = measureOn(on, subject.samba, subject.penalty, 0.5);
        return { lower: perturbed, upper: value + penalty };
      },
    }),
    zeroGradient: check.equals({
      says: 'at g = 0 the first-order value and the step see nothing, while the maximum is L + rho^2 max(lambda_max, 0)/2',
      given: withSigma(draw.quadratics),
      runs: 32,
      measure: ({ f, sigma }, subject) => {
        const flat = { f: { ...f, gradient: f.gradient.map(() => 0) }, sigma };
        const { on, g, a } = ellipsoid.whitened(flat);
        const { value, perturbed, penalty } = measureOn(on, subject.samba, subject.penalty, 2);
        const most = maximiseOnBall(g, a, 2);
        const top = mat.symmetricEigen(a).values[0]!;
        return check.agree({
          step: [perturbed, value],
          'first-order term': [penalty, 0, 1],
          maximum: [most.value, 2 * Math.max(top, 0)],
        });
      },
    }),
  },
  mutants: {
    ...wrong.rules(SUBJECT, 'penalty', {
      covarianceForRoot: [
        '|Sigma g| for |Sigma^(1/2) g|',
        { measure: (s, g) => scaledNorm(scaleUp(s, whiten(s, g))) },
      ],
      covarianceMissing: ['|g| for |Sigma^(1/2) g|', { measure: (_s, g) => scaledNorm(g) }],
      squared: ['the squared norm', { measure: (s, g) => squaredNorm(whiten(s, g)) }],
      squaredRadius: ['rho^2 for rho', { radius: d => d }],
      rootRadius: [
        'the square root of rho, as the level set of eq. (5) would have it',
        { radius: d => d ** 0.25 },
      ],
      halved: ['half of the norm', { measure: (s, g) => tf.mul(PENALTY_RULES.measure(s, g), 0.5) }],
    }),
    ...wrongSamba<ellipsoid.Sides>('signFlip', 'signStep', 'noSecondStep'),
    ...inSamba<ellipsoid.Sides>({
      stepUnnormalised: LENGTH_MUTANTS.unnormalised,
      stepCovarianceForRoot: LENGTH_MUTANTS.covarianceForRoot,
      stepCovarianceMissing: LENGTH_MUTANTS.covarianceMissing,
      stepHalved: LENGTH_MUTANTS.halfRadius,
    }),
  },
});
