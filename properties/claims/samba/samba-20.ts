/** @file The z-gradient for any covariance, fixed or learned: eq. (14), (22). */
import * as tf from '@tensorflow/tfjs';
import { scaleUp, whiten } from '../../../src/core/gaussian.js';
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { detach } from '../../../src/engine/ops.js';
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { asymptotic, check, claim, mat, mutant } from '../../kit.js';
import { withResiduals } from '../../subjects/network/degenerate.js';
import { atCode, jet } from '../../subjects/network/jets.js';
import { collect, inputsOf } from '../../subjects/network/network.js';
import * as covariance from '../../subjects/sam/covariance.js';
import { learnedDirections } from '../../subjects/sam/learned.js';
import { DETACH_MUTANTS, DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
import { radii, roundOff } from '../../subjects/sam/pair.js';
import { learnedSambaStep, sambaStep } from '../../subjects/sam/steps.js';

interface Subject {
  readonly samba: SambaRules;
  /** sqrt(d) |Sigma^(1/2) grad_z L| */
  readonly penalty: covariance.PenaltyRules;
}

/** Both z-gradients with all standard deviations multiplied by s. */
function sidesAt(c: AutoencoderCase, { samba, penalty }: Subject, s: number) {
  const inputs = covariance.scaledInputs(c, s);
  const step = collect(learnedSambaStep(samba, c.shape).run(inputs), 'grad', 'z').slice();
  const penalised = collect(covariance.penalisedStep(penalty, c.shape).run(inputs), 'grad', 'z').slice();
  return {
    step,
    penalised,
    scale: mat.norm([...step]) + mat.norm([...penalised]) + roundOff(c, atCode(c)),
  };
}

/** The residual on a ladder of s; half of T[e, e] with e the step at s = 1, sqrt(d) Sigma g / |Sigma^(1/2) g|. */
const expansion = (c: AutoencoderCase, subject: Subject) => ({
  ladder: radii(c, 5, 16)
    .map(rho => rho / Math.sqrt(c.shape.net.latent))
    .map(s => {
      const { step, penalised, scale } = sidesAt(c, subject, s);
      return { step: s, residual: step.map((x, k) => x - penalised[k]!), scale };
    }),
  constant: jet(c, learnedDirections(c).step).second('z'),
});

const zeros = (values: readonly number[]): number[] => values.map(() => 0);

/** The same case, its scale head saying alpha^2 I for every sample. */
function withIsotropicHead(c: AutoencoderCase): AutoencoderCase {
  const { latent, posterior } = c.shape.net;
  const [head, log] =
    posterior === 'diagonal' ? ['logvar', 2 * Math.log(c.alpha)] : ['cholesky', Math.log(c.alpha)];
  return {
    ...c,
    params: {
      ...c.params,
      [`${head}.weight`]: zeros(c.params[`${head}.weight`]!),
      [`${head}.bias`]: c.params[`${head}.bias`]!.map((_, k) => (k < latent ? log! : 0) as number),
    },
  };
}

const NOT_WHITENED: SambaRules = { ...SAMBA_RULES, whiten: (_s, g) => g };

const otherPenalty = (says: string, change: Partial<covariance.PenaltyRules>) => {
  const penalty = { ...covariance.PENALTY_RULES, ...change };
  return mutant<Subject>(says, subject => ({ ...subject, penalty }));
};

const {
  unnormalised,
  rootDimensionMissing,
  dimensionForRoot,
  covarianceForRoot,
  covarianceMissing,
  largestEntryNorm,
  absoluteSumNorm,
  batchNorm,
} = LENGTH_MUTANTS;

export default claim<Subject, string, string>({
  id: 'SAMBA-20',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (14), appendix A eq. (22)',
  tex: {
    printed: '\\nabla_z L_{SAM} \\approx \\nabla_z\\left[L(z_0) + \\rho\\|J_f(z_0)\\|\\right]',
    corrected:
      '\\nabla_z L(\\mu+\\hat\\varepsilon) = \\nabla_z\\left[L + \\sqrt d\\,\\|\\Sigma^{1/2}\\nabla_z L\\|\\right] + \\tfrac12\\nabla_z\\left(\\hat\\varepsilon^\\top\\nabla_z^2L\\,\\hat\\varepsilon\\right) + O(\\|\\Sigma\\|^{3/2}),\\quad \\hat\\varepsilon = \\sqrt d\\,\\tfrac{\\Sigma\\nabla_z L}{\\|\\Sigma^{1/2}\\nabla_z L\\|}\\ \\text{fixed}',
  },
  says: 'For any posterior covariance, diagonal or full, the z-gradient of SAMBA is that of L + sqrt(d)|Sigma^(1/2) grad_z L| up to T[e,e]/2 with e the step, J_f being read as the loss gradient; exactly for linear decoders, and the fixed covariance is the case Sigma = alpha^2 I.',
  verdict: asymptotic(2, 'sigma'),
  objectives: ['samba'],
  subject: { samba: SAMBA_RULES, penalty: covariance.PENALTY_RULES },
  checks: {
    order: check.order({
      says: 'the difference is T[e,e]/2, diagonal and full covariances',
      given: everyShape(SHAPES.learned),
      order: 2,
      measure: expansion,
    }),
    tinyGradient: check.order({
      says: 'the constant does not grow where one gradient is 1e-12 of the other',
      given: everyShape(SHAPES.learned),
      order: 2,
      runs: 8,
      measure: (c, subject) => expansion(withResiduals(c, [1e-12, 1]), subject),
    }),
    linearDecoder: check.equals({
      says: 'the gradients are equal at every radius when the decoder is linear',
      given: everyShape(SHAPES.linearLearned),
      runs: 24,
      measure: (c, subject) =>
        [1 / 64, 1, 16].map(s => {
          const { step, penalised, scale } = sidesAt(c, subject, s);
          return { actual: step, expected: penalised, scale: scale * (1 + s), what: `s = ${s}` };
        }),
    }),
    isotropic: check.equals({
      says: 'a learned covariance that says alpha^2 I is the fixed one',
      given: everyShape(SHAPES.learned),
      runs: 24,
      measure: (of, { samba }) => {
        const c = withIsotropicHead(of);
        const learned = collect(learnedSambaStep(samba, c.shape).run(inputsOf(c)), 'grad', 'z').slice();
        const alpha2 = Float64Array.of(c.alpha ** 2);
        const fixed = collect(sambaStep(SAMBA_RULES, c.shape).run({ ...inputsOf(c), alpha2 }), 'grad', 'z');
        return {
          actual: learned,
          expected: fixed,
          scale: mat.norm([...fixed]) + roundOff(c, atCode(c)) * (1 + c.alpha) ** 2,
        };
      },
    }),
  },
  mutants: {
    ...inSamba<Subject>(DETACH_MUTANTS),
    ...inSamba<Subject>(DIRECTION_MUTANTS),
    ...inSamba<Subject>({ unnormalised, rootDimensionMissing, dimensionForRoot }),
    ...inSamba<Subject>({
      covarianceForRoot,
      covarianceMissing,
      largestEntryNorm,
      absoluteSumNorm,
      batchNorm,
    }),
    notWhitened: mutant('the gradient is not whitened', s => ({ ...s, samba: NOT_WHITENED })),
    penaltyOfSigma: otherPenalty('|Sigma g| in the penalty', {
      measure: (s, g) => scaledNorm(scaleUp(s, whiten(s, g))),
    }),
    penaltyUnwhitened: otherPenalty('|g| in the penalty', { measure: (_s, g) => scaledNorm(g) }),
    penaltySquared: otherPenalty('the squared norm in the penalty', {
      measure: (s, g) => tf.square(covariance.PENALTY_RULES.measure(s, g)),
    }),
    penaltyConstant: otherPenalty('the penalty is not differentiated', {
      measure: (s, g) => detach(covariance.PENALTY_RULES.measure(s, g)),
    }),
    penaltyHalved: otherPenalty('half of the penalty', { radius: d => Math.sqrt(d) / 2 }),
  },
});
