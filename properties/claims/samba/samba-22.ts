/** @file The decoder gradients of SAMBA and of the RAE agree to first order in the radius: eq. (16)-(17), (24)-(25). */

import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape, random } from '../../arbitraries/given.js';
import { asymptotic, check, claim, mat } from '../../kit.js';
import { largeCell, largeCellControls } from '../../subjects/large/large-cell.js';
import { largeOrder, largeOrderControls } from '../../subjects/large/large-order.js';
import { FULL_WIDTH } from '../../subjects/large/network.js';
import { atCode, jet, rowsOf } from '../../subjects/network/jets.js';
import { kinked, kinkOf } from '../../subjects/sam/kinked.js';
import {
  DETACH_MUTANTS,
  DIRECTION_MUTANTS,
  inRae,
  inSamba,
  LENGTH_MUTANTS,
  PENALTY_MUTANTS,
} from '../../subjects/sam/mutants.js';
import {
  compare,
  directions,
  expansion,
  firstLayer,
  PAIR,
  type Pair,
  type Sides,
} from '../../subjects/sam/pair.js';

const rowsOfArray = (flat: Float64Array, batch: number): number[][] =>
  rowsOf(flat, batch).map(row => [...row]);
const plus = (a: mat.Matrix, b: mat.Matrix): number[][] => a.map((row, i) => mat.add(row, b[i]!));
const zeros = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(0));

/** mean_i 2 W u_i u_i' and zeros for the bias: the coefficient of rho^2 for a linear decoder. */
function linearResidual(c: AutoencoderCase): Float64Array {
  const w = firstLayer(c);
  const sum = rowsOfArray(directions(c), c.shape.batch).reduce(
    (total, u) => plus(total, mat.outer(mat.scale(2 / c.shape.batch, mat.apply(w, u)), u)),
    zeros(w.length, w[0]!.length),
  );
  return Float64Array.from([...sum.flat(), ...w.map(() => 0)]);
}

/** mean_i of the gradient of |J u_i|^2 for a decoder V2 relu(V1 z + b1) + b2, its active units held fixed. */
function reluResidual(c: AutoencoderCase): Float64Array {
  const [v1, b1] = [firstLayer(c), c.params['decoder.0.bias']!];
  const v2 = rowsOfArray(Float64Array.from(c.params['decoder.1.weight']!), c.shape.net.decoder[2]!);
  let [first, second] = [zeros(v1.length, v1[0]!.length), zeros(v2.length, v1.length)];
  const codes = rowsOfArray(atCode(c).mean, c.shape.batch);
  for (const [i, u] of rowsOfArray(directions(c), c.shape.batch).entries()) {
    const active = mat.apply(v1, codes[i]!).map((x, k) => (x + b1[k]! > 0 ? 1 : 0));
    const masked = (v: mat.Vector): number[] => v.map((x, k) => x * active[k]!);
    const hidden = masked(mat.apply(v1, u));
    const image = mat.scale(2 / c.shape.batch, mat.apply(v2, hidden));
    const back = masked(v2[0]!.map((_, k) => v2.reduce((sum, row, m) => sum + row[k]! * image[m]!, 0)));
    first = plus(first, mat.outer(back, u));
    second = plus(second, mat.outer(image, hidden));
  }
  return Float64Array.from([...first.flat(), ...b1.map(() => 0), ...second.flat(), ...v2.map(() => 0)]);
}

/** The sides differ by rho^2 times `coefficient`, exactly. */
const differBy = (coefficient: Float64Array, steps: readonly number[]) => (sides: Sides, i: number) => ({
  actual: sides.samba,
  expected: sides.rae.map((x, k) => x + steps[i]! ** 2 * coefficient[k]!),
  scale: sides.scale + steps[i]! ** 2 * mat.norm([...coefficient]),
});

const { noDetach, detachNormOnly, detachDirectionOnly } = DETACH_MUTANTS;
const { squaredPenalty, frozenDenominator, literalJacobian, constantPenalty, batchPenalty } = PENALTY_MUTANTS;

export default claim<Pair, string, string>({
  id: 'SAMBA-22',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (16)-(17), appendix A eq. (24)-(25)',
  tex: {
    printed:
      '\\partial_\\theta L_{SAM} \\approx \\partial_\\theta\\left[L(z_0,\\theta) + \\rho\\,\\nabla_z L(z_0,\\theta_0)^\\top \\tfrac{\\nabla_z L(z_0,\\theta_0)}{\\|\\nabla_z L(z_0,\\theta_0)\\|}\\right]',
    corrected:
      '\\partial_\\theta L(z_0+\\rho\\hat g,\\theta) = \\partial_\\theta\\left[L + \\rho\\|\\nabla_z L(z_0,\\theta)\\|\\right] + \\tfrac{\\rho^2}{2}\\,\\partial_\\theta\\left(\\hat g^\\top\\nabla_z^2 L(z_0,\\theta)\\,\\hat g\\right) + O(\\rho^3),\\quad \\hat g\\ \\text{fixed}',
  },
  says: 'The decoder gradient of SAMBA is that of the RAE up to order rho^2, with one factor of the gradient live; it is not exact even for a linear decoder, where the weights differ by 2 rho^2 W g g^T.',
  verdict: asymptotic(2, 'rho'),
  objectives: ['samba', 'rae-loss-gradient'],
  subject: PAIR,
  checks: {
    order: check.deepened(
      check.order({
        says: "the difference is rho^2/2 times the gradient of u'(grad_z^2 L)u with u held fixed",
        given: everyShape(SHAPES.smooth),
        order: 2,
        runs: 12,
        measure: (c, pair) => expansion(c, pair, 'theta'),
      }),
      () => largeOrder({ part: 'theta', width: FULL_WIDTH }),
      { controls: largeOrderControls(), large: true },
    ),
    linearDecoder: check.equals({
      says: "for a linear decoder the weights differ by exactly 2 rho^2 W u u', the bias not at all, at every radius",
      given: everyShape(SHAPES.linear),
      runs: 32,
      measure: (c, pair) => {
        const steps = [2 ** -7, 1, 100];
        return compare(c, pair, 'theta', steps).map(differBy(linearResidual(c), steps));
      },
    }),
    reluCell: check.deepened(
      check.equals({
        says: 'up to the first kink of a ReLU decoder the difference is exactly rho^2 times the gradient of |Ju|^2',
        given: random(kinked(SHAPES.relu)),
        runs: 32,
        measure: (c, pair) => {
          const steps = [1 / 64, 1 / 2, 0.99].map(share => share * kinkOf(c));
          return compare(c, pair, 'theta', steps).map(differBy(reluResidual(c), steps));
        },
      }),
      () => largeCell({ part: 'theta', width: FULL_WIDTH }),
      { controls: largeCellControls(), large: true },
    ),
    liveFactor: check.equals({
      says: "the penalty's decoder gradient is that of grad_z L . u with the first factor live and u held fixed",
      given: everyShape(SHAPES.control),
      runs: 32,
      measure: (c, pair) => {
        const [without, withPenalty] = compare(c, pair, 'theta', [0, 1]) as [Sides, Sides];
        const first = jet(c, directions(c)).first('theta');
        return {
          actual: withPenalty.rae.map((x, k) => x - without.rae[k]!),
          expected: first,
          scale: withPenalty.scale + without.scale,
        };
      },
    }),
  },
  mutants: {
    ...inSamba<Pair>({ noDetach, detachNormOnly, detachDirectionOnly }),
    ...inSamba<Pair>(DIRECTION_MUTANTS),
    ...inSamba<Pair>({
      rootDimensionMissing: LENGTH_MUTANTS.rootDimensionMissing,
      batchNorm: LENGTH_MUTANTS.batchNorm,
    }),
    ...inRae<Pair>({ squaredPenalty, frozenDenominator, literalJacobian, constantPenalty, batchPenalty }),
  },
});
