/** @file The z-gradient for any covariance, fixed or learned: eq. (14), (22). */
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { asymptotic, check, claim, wrong } from '../../kit.js';
import * as ae from '../../subjects/autoencoder.js';
import * as covariance from '../../subjects/sam/covariance.js';
import { learnedDirections } from '../../subjects/sam/learned.js';

const SUBJECT = {
  samba: SAMBA_RULES,
  /** sqrt(d) |Sigma^(1/2) grad_z L| */
  penalty: covariance.PENALTY_RULES,
};
type Subject = typeof SUBJECT;

/**
 * The residual on a ladder of s; half of T[e, e] with e the step at s = 1, sqrt(d) Sigma g / |Sigma^(1/2) g|.
 */
const expansion = (c: ae.AutoencoderCase, subject: Subject) => ({
  ladder: covariance.learnedLadder(c, subject, 'z'),
  constant: ae.jet(c, learnedDirections(c).step).second('z'),
});

/** The same case, its scale head saying alpha^2 I for every sample. */
function withIsotropicHead(c: ae.AutoencoderCase): ae.AutoencoderCase {
  const { latent, posterior } = c.shape.net;
  const log = Math.log(c.alpha);
  const [head, value] =
    posterior === 'diagonal' ? (['logvar', 2 * log] as const) : (['cholesky', log] as const);
  const weight = c.params[`${head}.weight`]!.map(() => 0);
  const bias = c.params[`${head}.bias`]!.map((_, k) => (k < latent ? value : 0));
  return { ...c, params: { ...c.params, [`${head}.weight`]: weight, [`${head}.bias`]: bias } };
}

const LEARNED = ae.everyShape(ae.SHAPES.learned);

export default claim<Subject, string, string>({
  id: 'SAMBA-20',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (14), appendix A eq. (22)',
  tex: {
    printed:
      '\\nabla_z L\\left(z_0+\\rho\\tfrac{\\nabla_z L(z_0)}{\\|\\nabla_z L(z_0)\\|}\\right) \\approx \\nabla_z\\left[L(z_0) + \\rho\\|J_f(z_0)\\|\\right]',
    corrected:
      '\\nabla_z L(\\mu+\\hat\\varepsilon) = \\nabla_z\\left[L + \\sqrt d\\,\\|\\Sigma^{1/2}\\nabla_z L\\|\\right] + \\tfrac12\\nabla_z\\left(\\hat\\varepsilon^\\top\\nabla_z^2L\\,\\hat\\varepsilon\\right) + O(\\|\\Sigma\\|^{3/2}),\\quad \\hat\\varepsilon = \\sqrt d\\,\\tfrac{\\Sigma\\nabla_z L}{\\|\\Sigma^{1/2}\\nabla_z L\\|}\\ \\text{fixed}',
  },
  says: 'For any posterior covariance, diagonal or full, the z-gradient of SAMBA is that of L + sqrt(d)|Sigma^(1/2) grad_z L| up to T[e,e]/2 with e the step, J_f being read as the loss gradient; exactly for linear decoders, and the fixed covariance is the case Sigma = alpha^2 I.',
  verdict: asymptotic(2, 'sigma'),
  findings: [
    {
      class: 'sharpened',
      title: 'The identity holds for every covariance, with its own penalty',
      quote: 'We experiment with learnable (as in a VAE) and fixed (as in the RAE)',
      place: 'section 3.1',
      says: 'The analysis assumes $\\Sigma=\\alpha^2I$. For any diagonal or full covariance the penalty is $\\sqrt d\\,\\|\\Sigma^{1/2}\\nabla_zL\\|$, with an error of second order in the standard deviations, and none for linear decoders.',
    },
  ],
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    order: check.order({
      says: 'the difference is T[e,e]/2, diagonal and full covariances',
      given: LEARNED,
      order: 2,
      measure: expansion,
    }),
    tinyGradient: check.order({
      says: 'the constant does not grow where one gradient is 1e-12 of the other',
      given: LEARNED,
      order: 2,
      runs: 8,
      measure: (c, subject) => expansion(ae.withResiduals(c, [1e-12, 1]), subject),
    }),
    linearDecoder: check.equals({
      says: 'the gradients are equal at every radius when the decoder is linear',
      given: ae.everyShape(ae.SHAPES.linearLearned),
      runs: 24,
      measure: (c, subject) =>
        [1 / 64, 1, 16].map(s => {
          const { scale, ...sides } = covariance.learnedSides(c, subject, 'z', s);
          return ae.equal({ ...sides, scale: scale * (1 + s) });
        }),
    }),
    isotropic: check.equals({
      says: 'a learned covariance that says alpha^2 I is the fixed one',
      given: LEARNED,
      runs: 24,
      measure: (generic, { samba }) => {
        const c = withIsotropicHead(generic);
        const inputs = ae.inputsOf(c);
        const fixed = { ...inputs, alpha2: Float64Array.of(c.alpha ** 2) };
        const actual = ae.collect(ae.learnedSambaStep(samba, c.shape).run(inputs), 'grad', 'z');
        const expected = ae.collect(ae.sambaStep(SAMBA_RULES, c.shape).run(fixed), 'grad', 'z');
        const rounding = ae.roundOff(c, ae.atCode(c)) * (1 + c.alpha) ** 2;
        return { actual, expected, scale: ae.norm(expected) + rounding };
      },
    }),
  },
  mutants: {
    ...ae.inSamba<Subject>({ ...ae.DETACH_MUTANTS, ...ae.DIRECTION_MUTANTS }),
    ...ae.wrongSamba<Subject>(
      'unnormalised',
      'rootDimensionMissing',
      'dimensionForRoot',
      'covarianceForRoot',
    ),
    ...ae.wrongSamba<Subject>('covarianceMissing', 'largestEntryNorm', 'absoluteSumNorm', 'batchNorm'),
    ...wrong.rules(SUBJECT, 'samba', {
      notWhitened: ['the gradient is not whitened', { whiten: (_s, g) => g }],
    }),
    ...wrong.rules(SUBJECT, 'penalty', covariance.PENALTY_WRONG),
  },
});
