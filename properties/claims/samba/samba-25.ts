/** @file "SAMBA and the RAE have equivalent gradients": abstract, section 3, conclusion. */
import { check, claim, conditional, mat, wrong } from '../../kit.js';
import * as ae from '../../subjects/autoencoder.js';

const SUBJECT = {
  ...ae.PAIR,
  /** Eq. (3) read literally: the norm of the decoder's Jacobian. */
  literal: ae.PENALTY_MUTANTS.literalJacobian.rules,
  /** The released code: one norm of the gradient of the batch mean. */
  released: ae.PENALTY_MUTANTS.batchPenalty.rules,
};
type Subject = typeof SUBJECT;

const PARTS = ['z', 'phi', 'theta'] as const;

/** Codes, encoder and decoder in one vector. */
const together = (c: ae.AutoencoderCase, pair: ae.Pair, steps: readonly number[]): ae.Sides[] =>
  ae.joined(PARTS.map(part => ae.compare(c, pair, part, steps)));

/**
 * By how much the gradients differ beyond four times what those of the right penalty do, at a small radius.
 */
function beyond(c: ae.AutoencoderCase, right: ae.Pair, rae: ae.Pair['rae']) {
  const step = [2 ** -12 / ae.steepness(c)];
  const [[good], [bad]] = [together(c, right, step), together(c, { ...right, rae }, step)];
  return { ...ae.differ(bad!), by: ae.norm(bad!.residual) - 4 * ae.norm(good!.residual) };
}

const [CONTROL, LINEAR] = [ae.everyShape(ae.SHAPES.control), ae.everyShape(ae.SHAPES.linear)];
const SATURATING = ae.everyShape(
  ae.SHAPES.smooth.filter(({ net }) => net.activation === 'tanh' || net.activation === 'sigmoid'),
);

export default claim<Subject, string, string>({
  id: 'SAMBA-25',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, abstract, section 3, conclusion',
  tex: {
    printed: '\\text{"SAMBA and the RAE have equivalent gradients"}',
    corrected:
      '\\nabla L_{SAMBA} = \\nabla\\left[L + \\alpha\\sqrt d\\,\\|\\nabla_zL\\|\\right] + O(\\alpha^2 d)\\quad\\text{for}\\ z,\\phi,\\theta,\\ \\text{per sample},\\ \\Sigma=\\alpha^2I',
  },
  says: 'To first order in lambda = alpha sqrt(d), SAMBA and the RAE have the same gradients for code, encoder and decoder, if the penalty is on the loss gradient, one norm a sample, with a fixed covariance; not with the decoder Jacobian, not with the batch norm of the released code, and not at large lambda.',
  verdict: conditional(
    'lambda is small, J_f is the loss gradient, the norm is per sample and the covariance is fixed',
  ),
  findings: [
    {
      class: 'caveat',
      title: 'The gradients are equivalent to first order in α√d',
      quote:
        'relies on first-order approximations, [...] such approximations might not hold in every practical setting',
      place: 'section 5, limitations',
      says: 'The difference is of order $\\alpha^2d$, with a known constant. At $\\alpha=1$ and $d=256$, the largest radius of the experiments, the code gradients of saturating decoders differ by more than a quarter. The penalty has to be the one of section 3.2, on the gradient of the loss for every sample (SAMBA-5, SAMBA-26).',
    },
  ],
  objectives: ['samba', 'rae-loss-gradient'],
  subject: SUBJECT,
  checks: {
    order: check.order({
      says: 'codes, encoder and decoder together: the gradients differ at second order, with the third derivatives as constant',
      given: ae.everyShape(ae.SHAPES.smooth),
      order: 2,
      measure: (c, pair) => {
        const { second } = ae.jet(c, ae.directions(c));
        const [steps, constant] = [ae.radii(c), PARTS.flatMap(part => [...second(part)])];
        return { ladder: ae.rungs(steps, together(c, pair, steps)), constant };
      },
    }),
    linearDecoder: check.equals({
      says: 'for linear decoders the gradients for codes, encoder and bias agree at every radius',
      given: LINEAR,
      runs: 24,
      measure: (c, pair) => {
        const bias = (all: Float64Array): Float64Array => all.slice(-c.shape.net.decoder.at(-1)!);
        return PARTS.flatMap(part =>
          ae.compare(c, pair, part, [2 ** -7, 1, 100]).map(({ samba, rae, scale }) => ({
            what: part,
            actual: part === 'theta' ? bias(samba) : samba,
            expected: part === 'theta' ? bias(rae) : rae,
            scale,
          })),
        );
      },
    }),
    reluCell: check.equals({
      says: 'for ReLU decoders those for codes and encoder up to the first kink',
      given: ae.random(ae.kinked(ae.SHAPES.relu)),
      runs: 24,
      measure: (c, pair) =>
        (['z', 'phi'] as const).flatMap(part =>
          ae.compare(c, pair, part, mat.scale(ae.kinkOf(c), [1 / 64, 0.99])).map(ae.equal),
        ),
    }),
    linearWeights: check.violates({
      says: 'those for the weights of a linear decoder do not',
      given: LINEAR,
      runs: 24,
      measure: (c, pair) => ae.compare(c, pair, 'theta', [1 / 16, 1]).map(ae.differ),
    }),
    literal: check.violates({
      says: "with the decoder's Jacobian in the penalty the gradients differ at first order",
      given: CONTROL,
      runs: 16,
      measure: (c, pair) => beyond(c, pair, pair.literal),
    }),
    released: check.violates({
      says: 'with one norm for the batch, as in the released code, too',
      given: CONTROL,
      runs: 16,
      measure: (c, pair) => beyond(c, pair, pair.released),
    }),
    largeRadius: check.violates({
      says: 'at lambda = 16, that of alpha = 1 and d = 256, the code gradients of saturating decoders have little to do with each other',
      given: SATURATING,
      runs: 16,
      measure: (c, pair) => {
        const { by, ...sides } = ae.differ(ae.compare(c, pair, 'z', [16])[0]!);
        // not even within a quarter
        return { ...sides, by: by - sides.claimed / 4 };
      },
    }),
  },
  mutants: {
    ...ae.inSamba<Subject>({ ...ae.DETACH_MUTANTS, ...ae.DIRECTION_MUTANTS }),
    ...ae.wrongSamba<Subject>('unnormalised', 'rootDimensionMissing', 'dimensionForRoot'),
    ...ae.wrongSamba<Subject>('covarianceForRoot', 'covarianceMissing', 'batchNorm'),
    ...ae.wrongRae<Subject>('squaredPenalty', 'frozenDenominator', 'literalJacobian', 'constantPenalty'),
    ...ae.wrongRae<Subject>('batchPenalty', 'halfPenalty'),
    ...wrong.formula(SUBJECT, 'literal', {
      literalRepaired: ['the loss gradient for the literal Jacobian', SUBJECT.rae],
    }),
    ...wrong.formula(SUBJECT, 'released', {
      releasedRepaired: ['a norm for every sample in the released code', SUBJECT.rae],
    }),
  },
});
