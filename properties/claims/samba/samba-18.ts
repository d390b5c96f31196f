/** @file The z-gradients of SAMBA and of the RAE agree to first order in the radius: eq. (11)-(13), (18)-(21). */

import { SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape, random } from '../../arbitraries/given.js';
import { asymptotic, check, claim, mat } from '../../kit.js';
import {
  BEYOND_CONTROLS,
  beyondLargeCell,
  largeCell,
  largeCellControls,
} from '../../subjects/large/large-cell.js';
import { largeOrder, largeOrderControls } from '../../subjects/large/large-order.js';
import { FULL_WIDTH } from '../../subjects/large/network.js';
import { withResiduals } from '../../subjects/network/degenerate.js';
import { atCode, rowsOf } from '../../subjects/network/jets.js';
import { inputsOf } from '../../subjects/network/network.js';
import { kinked, kinkOf } from '../../subjects/sam/kinked.js';
import {
  DETACH_MUTANTS,
  DIRECTION_MUTANTS,
  inRae,
  inSamba,
  LENGTH_MUTANTS,
  PENALTY_MUTANTS,
} from '../../subjects/sam/mutants.js';
import { compare, equal, expansion, PAIR, type Pair, radii } from '../../subjects/sam/pair.js';
import { sambaStep } from '../../subjects/sam/steps.js';

export default claim<Pair, string, string>({
  id: 'SAMBA-18',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (11)-(13), appendix A eq. (18)-(21)',
  tex: {
    printed:
      '\\nabla_z L_{SAM} = \\nabla_z L(z_0 + \\rho\\hat g) \\approx \\nabla_z\\left[L(z_0) + \\rho\\|\\nabla_z L(z_0)\\|\\right]',
    corrected:
      '\\nabla_z L(z_0 + \\rho\\hat g) = \\nabla_z\\left[L + \\rho\\|\\nabla_z L\\|\\right] + \\tfrac{\\rho^2}{2}\\nabla_z\\left(\\hat g^\\top\\nabla_z^2 L\\,\\hat g\\right) + O(\\rho^3),\\quad \\hat g\\ \\text{fixed}',
  },
  says: 'The z-gradient of SAMBA is that of the RAE with a loss-gradient penalty up to rho^2 T[g,g]/2, however small the gradient, and exactly for a linear decoder or inside a ReLU cell.',
  verdict: asymptotic(2, 'rho'),
  objectives: ['samba', 'rae-loss-gradient'],
  subject: PAIR,
  checks: {
    order: check.deepened(
      check.order({
        says: 'the difference is rho^2 T[g,g]/2 for smooth decoders, d = 1 and D = 1 among them',
        given: everyShape(SHAPES.smooth),
        order: 2,
        runs: 12,
        measure: (c, pair) => expansion(c, pair, 'z'),
      }),
      () => largeOrder({ part: 'z', width: FULL_WIDTH }),
      { controls: largeOrderControls(), large: true },
    ),
    tinyGradient: check.order({
      says: 'the constant does not grow where one gradient is 1e-12 of the other',
      given: everyShape(SHAPES.control),
      order: 2,
      runs: 12,
      measure: (c, pair) => expansion(withResiduals(c, [1e-12, 1]), pair, 'z'),
    }),
    insideCell: check.order({
      says: 'an ELU decoder has order 2 as long as no unit changes sign on the way',
      given: random(kinked(SHAPES.elu)),
      order: 2,
      runs: 16,
      measure: (c, pair) =>
        expansion(
          c,
          pair,
          'z',
          radii(c).map(rho => rho * Math.min(1, kinkOf(c))),
        ),
    }),
    linearDecoder: check.equals({
      says: 'the gradients are equal at every radius when the decoder is linear',
      given: everyShape(SHAPES.linear),
      runs: 32,
      measure: (c, pair) => compare(c, pair, 'z', [2 ** -7, 1, 100]).map(equal),
    }),
    reluCell: check.deepened(
      check.equals({
        says: 'the gradients are equal up to the first kink of a ReLU decoder',
        given: random(kinked(SHAPES.relu)),
        runs: 32,
        measure: (c, pair) => {
          const kink = kinkOf(c);
          return compare(c, pair, 'z', [kink / 64, kink / 2, 0.99 * kink]).map(equal);
        },
      }),
      () => largeCell({ part: 'z', width: FULL_WIDTH }),
      { controls: largeCellControls(), large: true },
    ),
    beyondKink: check.deepened(
      check.violates({
        says: 'behind the first kink of a ReLU decoder they are not',
        given: random(kinked(SHAPES.relu)),
        runs: 32,
        measure: (c, pair) => {
          const [{ samba, rae, residual, scale }] = compare(c, pair, 'z', [1.01 * kinkOf(c)]) as [never];
          return { claimed: mat.norm(rae), actual: mat.norm(samba), by: mat.norm(residual), scale };
        },
      }),
      () => beyondLargeCell({ part: 'z', width: FULL_WIDTH }),
      { controls: BEYOND_CONTROLS, large: true },
    ),
    zeroGradient: check.equals({
      says: 'a gradient of exactly zero gives no step, no penalty gradient and no NaN',
      given: everyShape(SHAPES.control),
      runs: 16,
      measure: (of, { samba, rae }) => {
        const c = withResiduals(of, [0, 1]);
        const [sides] = compare(c, { samba, rae }, 'z', [0.5]);
        const zero = rowsOf(atCode(c).gradient, c.shape.batch).filter(row => mat.norm([...row]) === 0).length;
        const { zeroDirections } = sambaStep(samba, c.shape).run({
          ...inputsOf(c),
          alpha2: Float64Array.of(0.25),
        });
        const first = (all: Float64Array): Float64Array => rowsOf(all, c.shape.batch)[0]!;
        return check.agree({
          SAMBA: [first(sides!.samba), first(sides!.rae).map(() => 0), sides!.scale],
          RAE: [first(sides!.rae), first(sides!.rae).map(() => 0), sides!.scale],
          'samples without a direction': [zeroDirections!, zero],
        });
      },
    }),
  },
  mutants: {
    ...inSamba<Pair>(DETACH_MUTANTS),
    ...inSamba<Pair>(LENGTH_MUTANTS),
    ...inSamba<Pair>(DIRECTION_MUTANTS),
    ...inRae<Pair>(PENALTY_MUTANTS),
  },
});
