/** @file "We absorb the factor of 1/2 [...] into rho": appendix A.1, after eq. (19). */
import { check, claim, mat, refuted, wrong } from '../../kit.js';
import * as ae from '../../subjects/autoencoder.js';
import { penaltyGradient } from '../../subjects/sam/penalties.js';

const SUBJECT = {
  ...ae.PAIR,
  /** The RAE with the factor 1/2 of the remark. */
  halved: ae.PENALTY_MUTANTS.halfPenalty.rules,
  /** The RAE that penalises the square of the norm. */
  squared: ae.PENALTY_MUTANTS.squaredPenalty.rules,
};
type Subject = typeof SUBJECT;

/** Linear decoders with two latents or more: no gradient is an accident of one dimension. */
const WIDE = ae.everyShape(ae.SHAPES.linear.filter(({ net }) => net.latent > 1));
const SMOOTH = ae.everyShape(ae.SHAPES.smooth);

/** The gradient H u of the norm. */
const bent = (c: ae.AutoencoderCase): Float64Array => ae.jet(c, ae.directions(c)).first('z');

export default claim<Subject, string, string>({
  id: 'SAMBA-19',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, appendix A, remark after eq. (19)',
  tex: {
    printed:
      '\\text{"we absorb the factor of 1/2 coming from differentiating the } \\ell_2\\text{-norm into } \\rho\\text{"}',
    corrected: '\\nabla_z\\|\\nabla_z L\\| = H\\hat g,\\qquad \\nabla_z\\|\\nabla_z L\\|^2 = 2Hg',
  },
  says: 'There is no factor 1/2 to absorb: the gradient of the norm is Hg/|g| exactly, and halving rho on one side only leaves an error of first order, rho Hg/(2|g|); the displayed eq. (20) is right as it stands.',
  verdict: refuted({
    counterexample:
      'a linear decoder: with rho/2 on the right the z-gradients differ by rho Hg/(2|g|) at every rho',
    corrected: 'grad |g| = Hg/|g| without a factor; grad |g|^2 = 2Hg',
  }),
  findings: [
    {
      class: 'misprint',
      title: 'There is no factor 1/2 to absorb',
      quote:
        'we absorb the factor of 1/2 coming from differentiating the $\\ell_2$-norm into $\\boldsymbol{\\rho}$',
      place: 'appendix A.1, after eq. (19)',
      says: 'The gradient of $\\|\\nabla_zL\\|$ is $H\\hat g$ without a factor; a 2 comes with the squared norm only. The displayed eqs. (12) and (20) are right as they stand: a radius halved on one side would leave an error of first order, $\\tfrac\\rho2H\\hat g$.',
    },
  ],
  objectives: ['samba', 'rae-loss-gradient'],
  subject: SUBJECT,
  checks: {
    halvedLinear: check.violates({
      says: 'with the factor the z-gradients differ for linear decoders, where without it they agree at every radius',
      given: WIDE,
      runs: 24,
      measure: (c, { samba, halved }) =>
        ae.compare(c, { samba, rae: halved }, 'z', [1 / 16, 1, 16]).map(ae.differ),
    }),
    halvedOrder: check.order({
      says: 'the error that the factor makes is rho Hu/2, of first order',
      given: SMOOTH,
      order: 1,
      measure: (c, { samba, halved }) => ({
        ...ae.expansion(c, { samba, rae: halved }, 'z'),
        constant: mat.scale(1 / 2, [...bent(c)]),
      }),
    }),
    norm: check.equals({
      says: 'the gradient of |g| is Hu',
      given: SMOOTH,
      runs: 32,
      measure: (c, { rae }) => {
        const { value, scale } = penaltyGradient(c, ae.raeStep(rae, c.shape), 'z');
        return { actual: value, expected: bent(c), scale };
      },
    }),
    square: check.equals({
      says: 'the gradient of |g|^2 is 2Hg: the only 2 there is',
      given: SMOOTH,
      runs: 32,
      measure: (c, { squared }) => {
        const { gradient } = ae.atCode(c);
        const { value, scale } = penaltyGradient(c, ae.raeStep(squared, c.shape), 'z');
        const expected = mat.scale(2, [...ae.jet(c, gradient).first('z')]);
        return { actual: value, expected, scale: scale * (1 + ae.norm(gradient)) };
      },
    }),
    displayed: ae.secondOrder(
      'z',
      'eq. (20) as displayed, without the factor, is right up to rho^2 T[u,u]/2',
    ),
    linear: check.equals({
      says: 'and exactly for linear decoders',
      given: ae.everyShape(ae.SHAPES.linear),
      runs: 24,
      measure: (c, pair) => ae.compare(c, pair, 'z', [1 / 16, 1, 16]).map(ae.equal),
    }),
    bothSides: check.equals({
      says: 'halving rho on both sides is a change of units and harmless',
      given: ae.everyShape(ae.SHAPES.linear),
      runs: 24,
      measure: (c, { samba, halved }) => {
        const [half, whole] = ae.compare(c, { samba, rae: halved }, 'z', [0.25, 0.5]) as [ae.Sides, ae.Sides];
        return { actual: half.samba, expected: whole.rae, scale: whole.scale };
      },
    }),
  },
  mutants: {
    ...ae.wrongRae<Subject>(
      'halfPenalty',
      'squaredPenalty',
      'frozenDenominator',
      'constantPenalty',
      'batchPenalty',
    ),
    ...ae.wrongSamba<Subject>('noDetach', 'detachNormOnly', 'detachDirectionOnly', 'halfRadius', 'signFlip'),
    ...wrong.formula(SUBJECT, 'halved', {
      factorForgotten: ['the remark is not followed', SUBJECT.rae],
    }),
    ...wrong.formula(SUBJECT, 'squared', {
      rootOfSquare: ['the norm for its square', SUBJECT.rae],
    }),
  },
});
