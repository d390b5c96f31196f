/**
 * @file The decoder gradients of SAMBA and of the RAE agree to first order in the radius: eq. (16)-(17),
 * (24)-(25).
 */
import { asymptotic, check, claim, mat } from '../../kit.js';
import * as ae from '../../subjects/autoencoder.js';
import { alsoInLargeCell } from '../../subjects/large/large-cell.js';
import { alsoLarge } from '../../subjects/large/large-order.js';

const lists = (flat: Float64Array, rows: number): number[][] => ae.rowsOf(flat, rows).map(row => [...row]);
const plus = (a: mat.Matrix, b: mat.Matrix): number[][] => a.map((row, i) => mat.add(row, b[i]!));
const zeros = (rows: number, columns: number): number[][] => mat.zeros(rows).map(() => mat.zeros(columns));

/** mean_i 2 W u_i u_i' and zeros for the bias: the coefficient of rho^2 for a linear decoder. */
function linearResidual(c: ae.AutoencoderCase): Float64Array {
  const w = ae.firstLayer(c);
  const total = lists(ae.directions(c), c.shape.batch)
    .map(u => mat.outer(mat.scale(2 / c.shape.batch, mat.apply(w, u)), u))
    .reduce(plus, zeros(w.length, w[0]!.length));
  return Float64Array.from([...total.flat(), ...w.map(() => 0)]);
}

/** mean_i of the gradient of |J u_i|^2 for a decoder V2 relu(V1 z + b1) + b2, its active units held fixed. */
function reluResidual(c: ae.AutoencoderCase): Float64Array {
  const [v1, b1] = [ae.firstLayer(c), c.params['decoder.0.bias']!];
  const v2 = lists(Float64Array.from(c.params['decoder.1.weight']!), c.shape.net.decoder[2]!);
  let [first, second] = [zeros(v1.length, v1[0]!.length), zeros(v2.length, v1.length)];
  const codes = lists(ae.atCode(c).mean, c.shape.batch);
  for (const [i, u] of lists(ae.directions(c), c.shape.batch).entries()) {
    const active = mat.apply(v1, codes[i]!).map((x, k) => (x + b1[k]! > 0 ? 1 : 0));
    const masked = (v: mat.Vector): number[] => v.map((x, k) => x * active[k]!);
    const hidden = masked(mat.apply(v1, u));
    const image = mat.scale(2 / c.shape.batch, mat.apply(v2, hidden));
    first = plus(first, mat.outer(masked(mat.apply(mat.transpose(v2), image)), u));
    second = plus(second, mat.outer(image, hidden));
  }
  return Float64Array.from([...first.flat(), ...b1.map(() => 0), ...second.flat(), ...v2.map(() => 0)]);
}

/** The decoder gradients at these radii, which differ by rho^2 times `coefficient`, exactly. */
const differBy = (
  c: ae.AutoencoderCase,
  pair: ae.Pair,
  coefficient: Float64Array,
  steps: readonly number[],
) =>
  ae.compare(c, pair, 'theta', steps).map((sides, i) => ({
    actual: sides.samba,
    expected: sides.rae.map((x, k) => x + steps[i]! ** 2 * coefficient[k]!),
    scale: sides.scale + steps[i]! ** 2 * ae.norm(coefficient),
  }));

export default claim<ae.Pair, string, string>({
  id: 'SAMBA-22',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (16)-(17), appendix A eq. (24)-(25)',
  tex: {
    printed:
      '\\frac\\partial{\\partial\\theta} L\\left(z_0+\\rho\\tfrac{\\nabla_z L(z_0,\\theta_0)}{\\|\\nabla_z L(z_0,\\theta_0)\\|};\\theta_0\\right) \\approx \\frac\\partial{\\partial\\theta}\\left[L(z_0;\\theta_0) + \\rho\\,\\nabla_z L(z_0,\\theta_0)^\\top \\tfrac{\\nabla_z L(z_0,\\theta_0)}{\\|\\nabla_z L(z_0,\\theta_0)\\|}\\right]',
    corrected:
      '\\partial_\\theta L(z_0+\\rho\\hat g,\\theta) = \\partial_\\theta\\left[L + \\rho\\|\\nabla_z L(z_0,\\theta)\\|\\right] + \\tfrac{\\rho^2}{2}\\,\\partial_\\theta\\left(\\hat g^\\top\\nabla_z^2 L(z_0,\\theta)\\,\\hat g\\right) + O(\\rho^3),\\quad \\hat g\\ \\text{fixed}',
  },
  says: 'The decoder gradient of SAMBA is that of the RAE up to order rho^2, with one factor of the gradient live; it is not exact even for a linear decoder, where the weights differ by 2 rho^2 W g g^T.',
  verdict: asymptotic(2, 'rho'),
  findings: [
    {
      class: 'sharpened',
      title: 'The decoder gradients agree to first order only, even for a linear decoder',
      quote: 'do a first-order Taylor approximation',
      place: 'appendix A.2, before eq. (24)',
      says: 'The difference is $\\tfrac{\\rho^2}2\\partial_\\theta(\\hat g^\\top\\nabla_z^2L\\,\\hat g)$, with one factor of the gradient in eq. (24) live and the direction fixed. For a linear decoder, where the gradients for codes and encoder are equal at every radius, the weights differ by exactly $2\\rho^2W\\hat g\\hat g^\\top$.',
    },
  ],
  objectives: ['samba', 'rae-loss-gradient'],
  subject: ae.PAIR,
  checks: {
    order: alsoLarge(
      'theta',
      ae.secondOrder(
        'theta',
        "the difference is rho^2/2 times the gradient of u'(grad_z^2 L)u with u held fixed",
        { runs: 12 },
      ),
    ),
    linearDecoder: check.equals({
      says: "for a linear decoder the weights differ by exactly 2 rho^2 W u u', the bias not at all, at every radius",
      given: ae.everyShape(ae.SHAPES.linear),
      runs: 32,
      measure: (c, pair) => differBy(c, pair, linearResidual(c), [2 ** -7, 1, 100]),
    }),
    reluCell: alsoInLargeCell(
      'theta',
      check.equals({
        says: 'up to the first kink of a ReLU decoder the difference is exactly rho^2 times the gradient of |Ju|^2',
        given: ae.random(ae.kinked(ae.SHAPES.relu)),
        runs: 32,
        measure: (c, pair) =>
          differBy(c, pair, reluResidual(c), mat.scale(ae.kinkOf(c), [1 / 64, 1 / 2, 0.99])),
      }),
    ),
    liveFactor: check.equals({
      says: "the penalty's decoder gradient is that of grad_z L . u with the first factor live and u held fixed",
      given: ae.everyShape(ae.SHAPES.control),
      runs: 32,
      measure: (c, pair) => {
        const [without, penalised] = ae.compare(c, pair, 'theta', [0, 1]) as [ae.Sides, ae.Sides];
        const actual = penalised.rae.map((x, k) => x - without.rae[k]!);
        const expected = ae.jet(c, ae.directions(c)).first('theta');
        return { actual, expected, scale: penalised.scale + without.scale };
      },
    }),
  },
  mutants: {
    ...ae.inSamba<ae.Pair>({ ...ae.DETACH_MUTANTS, ...ae.DIRECTION_MUTANTS }),
    ...ae.wrongSamba<ae.Pair>('rootDimensionMissing', 'batchNorm'),
    ...ae.wrongRae<ae.Pair>(
      'squaredPenalty',
      'frozenDenominator',
      'literalJacobian',
      'constantPenalty',
      'batchPenalty',
    ),
  },
});
