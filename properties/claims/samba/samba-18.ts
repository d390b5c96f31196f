/** @file The z-gradients of SAMBA and of the RAE agree to first order in the radius: eq. (11)-(13), (18)-(21). */
import { equals } from '../../../src/claims/checks/equals.js';
import { order } from '../../../src/claims/checks/order.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { claim } from '../../../src/claims/claim.js';
import { deepened } from '../../../src/claims/deepened.js';
import { asymptotic } from '../../../src/claims/verdict.js';
import { norm } from '../../../src/theory/numerics/matrix.js';
import { SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape, random } from '../../arbitraries/given.js';
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
    order: deepened(
      order({
        says: 'the difference is rho^2 T[g,g]/2 for smooth decoders, d = 1 and D = 1 among them',
        given: everyShape(SHAPES.smooth),
        order: 2,
        runs: 12,
        measure: (c, pair) => expansion(c, pair, 'z'),
      }),
      () => largeOrder({ part: 'z', width: FULL_WIDTH }),
      { controls: largeOrderControls(), large: true },
    ),
    tinyGradient: order({
      says: 'the constant does not grow where one gradient is 1e-12 of the other',
      given: everyShape(SHAPES.control),
      order: 2,
      runs: 12,
      measure: (c, pair) => expansion(withResiduals(c, [1e-12, 1]), pair, 'z'),
    }),
    insideCell: order({
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
    linearDecoder: equals({
      says: 'the gradients are equal at every radius when the decoder is linear',
      given: everyShape(SHAPES.linear),
      runs: 32,
      measure: (c, pair) => compare(c, pair, 'z', [2 ** -7, 1, 100]).map(equal),
    }),
    reluCell: deepened(
      equals({
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
    beyondKink: deepened(
      violates({
        says: 'behind the first kink of a ReLU decoder they are not',
        given: random(kinked(SHAPES.relu)),
        runs: 32,
        measure: (c, pair) => {
          const [{ samba, rae, residual, scale }] = compare(c, pair, 'z', [1.01 * kinkOf(c)]) as [never];
          return { claimed: norm(rae), actual: norm(samba), by: norm(residual), scale };
        },
      }),
      () => beyondLargeCell({ part: 'z', width: FULL_WIDTH }),
      { controls: BEYOND_CONTROLS, large: true },
    ),
    zeroGradient: equals({
      says: 'a gradient of exactly zero gives no step, no penalty gradient and no NaN',
      given: everyShape(SHAPES.control),
      runs: 16,
      measure: (of, { samba, rae }) => {
        const c = withResiduals(of, [0, 1]);
        const [sides] = compare(c, { samba, rae }, 'z', [0.5]);
        const zero = rowsOf(atCode(c).gradient, c.shape.batch).filter(row => norm([...row]) === 0).length;
        const { zeroDirections } = sambaStep(samba, c.shape).run({
          ...inputsOf(c),
          alpha2: Float64Array.of(0.25),
        });
        const first = (all: Float64Array): Float64Array => rowsOf(all, c.shape.batch)[0]!;
        return [
          {
            actual: first(sides!.samba),
            expected: first(sides!.rae).map(() => 0),
            scale: sides!.scale,
            what: 'SAMBA',
          },
          {
            actual: first(sides!.rae),
            expected: first(sides!.rae).map(() => 0),
            scale: sides!.scale,
            what: 'RAE',
          },
          { actual: zeroDirections!, expected: zero, what: 'samples without a direction' },
        ];
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
