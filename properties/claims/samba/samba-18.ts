/**
 * @file The z-gradients of SAMBA and of the RAE agree to first order in the radius: eq. (11)-(13), (18)-(21).
 */
import { asymptotic, check, claim, mat } from '../../kit.js';
import * as ae from '../../subjects/autoencoder.js';
import * as cell from '../../subjects/large/large-cell.js';
import { alsoLarge } from '../../subjects/large/large-order.js';

const KINKED = ae.random(ae.kinked(ae.SHAPES.relu));

export default claim<ae.Pair, string, string>({
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
  findings: [
    {
      class: 'sharpened',
      title: 'The z-gradients differ by a known term of second order, and not at all inside a cell',
      quote: 'Assuming that the SAM step is sufficiently small, we use a first-order Taylor approximation',
      place: 'appendix A.1, before eq. (19)',
      says: 'What is left out of eq. (12) is $\\tfrac{\\rho^2}2\\nabla_z(\\hat g^\\top\\nabla_z^2L\\,\\hat g)$ with $\\hat g$ held fixed, however small the gradient is. It is zero for linear decoders at every radius, and for ReLU decoders up to the first kink.',
    },
  ],
  objectives: ['samba', 'rae-loss-gradient'],
  subject: ae.PAIR,
  checks: {
    order: alsoLarge(
      'z',
      ae.secondOrder(
        'z',
        'the difference is rho^2 T[g,g]/2 for smooth decoders, d = 1 and D = 1 among them',
        {
          runs: 12,
        },
      ),
    ),
    tinyGradient: check.order({
      says: 'the constant does not grow where one gradient is 1e-12 of the other',
      given: ae.everyShape(ae.SHAPES.control),
      order: 2,
      runs: 12,
      measure: (c, pair) => ae.expansion(ae.withResiduals(c, [1e-12, 1]), pair, 'z'),
    }),
    insideCell: check.order({
      says: 'an ELU decoder has order 2 as long as no unit changes sign on the way',
      given: ae.random(ae.kinked(ae.SHAPES.elu)),
      order: 2,
      runs: 16,
      measure: (c, pair) => ae.expansion(c, pair, 'z', mat.scale(Math.min(1, ae.kinkOf(c)), ae.radii(c))),
    }),
    linearDecoder: check.equals({
      says: 'the gradients are equal at every radius when the decoder is linear',
      given: ae.everyShape(ae.SHAPES.linear),
      runs: 32,
      measure: (c, pair) => ae.compare(c, pair, 'z', [2 ** -7, 1, 100]).map(ae.equal),
    }),
    reluCell: cell.alsoInLargeCell(
      'z',
      check.equals({
        says: 'the gradients are equal up to the first kink of a ReLU decoder',
        given: KINKED,
        runs: 32,
        measure: (c, pair) =>
          ae.compare(c, pair, 'z', mat.scale(ae.kinkOf(c), [1 / 64, 1 / 2, 0.99])).map(ae.equal),
      }),
    ),
    beyondKink: cell.alsoBeyondLargeCell(
      'z',
      check.violates({
        says: 'behind the first kink of a ReLU decoder they are not',
        given: KINKED,
        runs: 32,
        measure: (c, pair) => ae.compare(c, pair, 'z', [1.01 * ae.kinkOf(c)]).map(ae.differ),
      }),
    ),
    zeroGradient: check.equals({
      says: 'a gradient of exactly zero gives no step, no penalty gradient and no NaN',
      given: ae.everyShape(ae.SHAPES.control),
      runs: 16,
      measure: (generic, pair) => {
        const c = ae.withResiduals(generic, [0, 1]);
        const [sides] = ae.compare(c, pair, 'z', [0.5]) as [ae.Sides];
        const rows = (all: Float64Array) => ae.rowsOf(all, c.shape.batch);
        const zero = rows(ae.atCode(c).gradient).filter(row => ae.norm(row) === 0).length;
        const inputs = { ...ae.inputsOf(c), alpha2: Float64Array.of(0.25) };
        const [first, penalised] = [rows(sides.samba)[0]!, rows(sides.rae)[0]!];
        return check.agree({
          SAMBA: [first, first.map(() => 0), sides.scale],
          RAE: [penalised, first.map(() => 0), sides.scale],
          'samples without a direction': [
            ae.sambaStep(pair.samba, c.shape).run(inputs).zeroDirections!,
            zero,
          ],
        });
      },
    }),
  },
  mutants: {
    ...ae.inSamba<ae.Pair>({ ...ae.DETACH_MUTANTS, ...ae.LENGTH_MUTANTS, ...ae.DIRECTION_MUTANTS }),
    ...ae.inRae<ae.Pair>(ae.PENALTY_MUTANTS),
  },
});
