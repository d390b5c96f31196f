/** @file The encoder gradients of SAMBA and of the RAE agree to first order in the radius: eq. (15), (23). */
import * as tf from '@tensorflow/tfjs';
import { type Scale, scaleUp } from '../../../src/core/gaussian.js';
import { detach } from '../../../src/engine/ops.js';
import { check, claim, conditional, mat, wrong } from '../../kit.js';
import * as ae from '../../subjects/autoencoder.js';
import { alsoInLargeCell } from '../../subjects/large/large-cell.js';
import { alsoLarge } from '../../subjects/large/large-order.js';
import { learnedLadder, PENALTY_RULES } from '../../subjects/sam/covariance.js';
import { learnedDirections } from '../../subjects/sam/learned.js';

/** `penalty` is that of first order for a learned covariance. */
const SUBJECT = { ...ae.PAIR, penalty: PENALTY_RULES };
type Subject = typeof SUBJECT;

/** The same covariance without a gradient. */
const heldFixed = (scale: Scale): Scale =>
  scale.kind === 'cholesky'
    ? { ...scale, factor: detach(scale.factor) }
    : { ...scale, std: detach(scale.std) };

/** Eq. (15) taken for a learned covariance: only the mean depends on the encoder. */
const cut = (scale: Scale, eta: tf.Tensor): tf.Tensor => scaleUp(heldFixed(scale), eta);
const LITERAL: Subject['samba'] = { ...SUBJECT.samba, outer: cut };

const LEARNED = ae.everyShape(ae.SHAPES.learned);

export default claim<Subject, string, string>({
  id: 'SAMBA-21',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (15), appendix A eq. (23)',
  tex: {
    printed:
      '\\frac{\\partial z}{\\partial\\phi}\\nabla_z L\\left(z_0+\\rho\\tfrac{\\nabla_z L(z_0)}{\\|\\nabla_z L(z_0)\\|}\\right) \\approx \\frac{\\partial z}{\\partial\\phi}\\nabla_z\\left[L(z_0) + \\rho\\|J_f(z_0)\\|\\right]',
    corrected:
      '\\nabla_\\phi L_{SAM} = J_\\mu^\\top\\nabla_z L(z) + J_\\sigma^\\top\\left(\\eta\\circ\\nabla_z L(z)\\right) = \\nabla_\\phi\\left[L + \\sqrt d\\,\\|\\Sigma^{1/2}\\nabla_z L\\|\\right] + O(\\|\\Sigma\\|),\\quad \\eta\\ \\text{fixed}',
  },
  says: "The encoder gradient of SAMBA is J_mu' times its z-gradient, hence that of the RAE up to rho^2 J_mu'T[g,g]/2 for a fixed covariance; for a learned one, which the paper's analysis does not cover, eq. (15) lacks the path through it, an error of first order.",
  verdict: conditional('the covariance is fixed, or the path through a learned one is included'),
  findings: [
    {
      class: 'caveat',
      title: 'Eq. (15) is for a fixed covariance',
      quote: 'assume $\\Sigma_{SAM} = \\alpha^2 \\mathbf{I}_d$ and $\\sqrt{d} \\cdot \\alpha = \\lambda$',
      place: 'section 3.2, before eq. (11)',
      says: 'Where the encoder gives $\\Sigma$ too, as in appendix B, the gradient has a second path, through the standard deviations. Without it the encoder gradient would be off at first order; with it the error is of second order.',
    },
  ],
  objectives: ['samba', 'rae-loss-gradient'],
  subject: SUBJECT,
  checks: {
    order: alsoLarge<Subject>(
      'phi',
      ae.secondOrder('phi', "the difference is rho^2 J_mu'T[g,g]/2 for a fixed covariance", { runs: 12 }),
    ),
    chainRule: alsoInLargeCell<Subject>(
      'phi',
      check.equals({
        says: "both encoder gradients are J_mu' times the z-gradients, at any radius",
        given: ae.everyShape(ae.SHAPES.control),
        runs: 32,
        measure: (c, pair) => {
          const [z] = ae.compare(c, pair, 'z', [0.5]) as [ae.Sides];
          const [phi] = ae.compare(c, pair, 'phi', [0.5]) as [ae.Sides];
          return check.agree({
            samba: [phi.samba, ae.throughEncoder(c, z.samba)],
            rae: [phi.rae, ae.throughEncoder(c, z.rae)],
          });
        },
      }),
    ),
    learned: check.order({
      says: 'with a learned covariance, its path included, the difference to the live penalty is of second order',
      given: LEARNED,
      order: 2,
      measure: (c, subject) => ({
        ladder: learnedLadder(c, subject, 'phi'),
        constant: ae.jet(c, learnedDirections(c).whitened, 'whitened').second('phi'),
      }),
    }),
    literal: check.order({
      says: 'for a learned covariance eq. (15), which is for a fixed one, would be off by exactly that path: an error of first order',
      given: LEARNED,
      order: 1,
      measure: (c, { penalty }) => {
        const { whitened, step } = learnedDirections(c);
        const full = ae.jet(c, whitened, 'whitened').first('phi');
        const constant = mat.subtract([...ae.jet(c, step).first('phi')], [...full]);
        return { ladder: learnedLadder(c, { samba: LITERAL, penalty }, 'phi'), constant };
      },
    }),
  },
  mutants: {
    ...ae.wrongSamba<Subject>('noDetach', 'detachNormOnly', 'detachDirectionOnly', 'signFlip'),
    ...ae.wrongSamba<Subject>('rootDimensionMissing', 'covarianceForRoot', 'batchNorm'),
    ...wrong.rules(SUBJECT, 'samba', {
      covarianceHeld: ['the path through the learned covariance is cut', { outer: cut }],
      meanHeld: [
        'the gradient reaches the mean only through the direction',
        { point: (mean, step) => tf.add(detach(mean), step) },
      ],
    }),
    ...ae.wrongRae<Subject>(
      'squaredPenalty',
      'frozenDenominator',
      'literalJacobian',
      'constantPenalty',
      'batchPenalty',
    ),
    ...wrong.rules(SUBJECT, 'penalty', {
      penaltyHeld: [
        'the covariance in the penalty is held fixed',
        { measure: (scale, g) => PENALTY_RULES.measure(heldFixed(scale), g) },
      ],
    }),
  },
});
