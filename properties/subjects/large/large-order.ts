/**
 * @file SAMBA-18, -21 and -22 on the ResNet-18 of the experiments, batch normalisation as it is evaluated.
 */
import { type Check, check, type Given, type OrderCase } from '../../kit.js';
import { wrongRae, wrongSamba } from '../sam/mutants.js';
import type { Pair } from '../sam/pair.js';
import { type LargeCase, singlesAfterPair } from './draw.js';
import { FULL_WIDTH } from './network.js';
import { differenceOf, type LargePart, sizeOf, sumsOf } from './parts.js';
import { secondAt, sideAt } from './steps.js';
import { Workshop } from './workshop.js';

/** From where the corrections to the leading term are below a hundredth. */
const RADII = check.dyadic(1, 7, 11);

export interface LargeOrder {
  readonly part: LargePart;
  /** Channels of the first stage. */
  readonly width: number;
  /** The parts that one pass gives, for checks that share a workshop; `part` alone when not said. */
  readonly parts?: readonly LargePart[];
  readonly given?: Given<LargeCase>;
  readonly shop?: Workshop;
}

/** The gradients of one part differ by the theorem's constant times rho^2. */
export function largeOrder(spec: LargeOrder): Check<Pair> {
  const { part, width, parts = [part], given = singlesAfterPair, shop = new Workshop(width) } = spec;
  const at = parts.indexOf(part);
  const measure = ({ seed, batch }: LargeCase, pair: Pair): OrderCase => {
    const place = {
      of: { width, activation: 'softplus', batch, mode: 'evaluation' },
      parts,
      seed,
      shop,
    } as const;
    const constant = sumsOf(secondAt(place)[at]!);
    const samba = sideAt(place, { name: 'samba', rules: pair.samba }, RADII);
    const rae = sideAt(place, { name: 'rae', rules: pair.rae }, RADII);
    const ladder = RADII.map((step, i) => {
      const [a, b] = [samba[i]![at]!, rae[i]![at]!];
      return { step, residual: differenceOf(a, b), scale: sizeOf(a) + sizeOf(b) };
    });
    return { ladder, constant };
  };
  const says = `the same on the ResNet-18 of the experiments with softplus, width ${width}`;
  return check.order<LargeCase, Pair>({ says, given, order: 2, runs: 8, measure });
}

/**
 * A check that a deep run follows up with this one, and the steps and penalties that this one must reject by
 * itself.
 */
export const alsoLarge = <Subject extends Pair>(part: LargePart, near: Check<Subject>): Check<Subject> =>
  check.deepened<Subject>(near, () => largeOrder({ part, width: FULL_WIDTH }), {
    controls: {
      ...wrongSamba<Subject>('noDetach', 'detachNormOnly', 'detachDirectionOnly'),
      ...wrongSamba<Subject>('rootDimensionMissing', 'batchNorm'),
      ...wrongRae<Subject>('squaredPenalty', 'constantPenalty', 'batchPenalty'),
    },
    large: true,
  });
