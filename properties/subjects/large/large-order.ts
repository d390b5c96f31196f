/** @file SAMBA-18, -21 and -22 on the ResNet-18 of the experiments, batch normalisation as it is evaluated. */
import { type Check, type Controls, check, type Given, type OrderCase } from '../../kit.js';
import { DETACH_MUTANTS, inRae, inSamba, LENGTH_MUTANTS, PENALTY_MUTANTS } from '../sam/mutants.js';
import type { Pair } from '../sam/pair.js';
import { type LargeCase, singlesAfterPair } from './draw.js';
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
export function largeOrder({
  part,
  width,
  parts = [part],
  given = singlesAfterPair,
  shop = new Workshop(width),
}: LargeOrder): Check<Pair> {
  const at = parts.indexOf(part);
  const measure = ({ seed, batch }: LargeCase, pair: Pair): OrderCase => {
    const of = { width, activation: 'softplus', batch, mode: 'evaluation' } as const;
    const place = { of, parts, seed, shop };
    const constant = secondAt(place)[at]!;
    const samba = sideAt(place, { name: 'samba', rules: pair.samba }, RADII);
    const rae = sideAt(place, { name: 'rae', rules: pair.rae }, RADII);
    return {
      ladder: RADII.map((step, i) => {
        const [a, b] = [samba[i]![at]!, rae[i]![at]!];
        return { step, residual: differenceOf(a, b), scale: sizeOf(a) + sizeOf(b) };
      }),
      constant: sumsOf(constant),
    };
  };
  return check.order<LargeCase, Pair>({
    says: `the same on the ResNet-18 of the experiments with softplus, width ${width}`,
    given,
    order: 2,
    runs: 8,
    measure,
  });
}

const { noDetach, detachNormOnly, detachDirectionOnly } = DETACH_MUTANTS;
const { rootDimensionMissing, batchNorm } = LENGTH_MUTANTS;
const { squaredPenalty, constantPenalty, batchPenalty } = PENALTY_MUTANTS;

/** What each of these checks must reject by itself: steps and penalties that are wrong for one sample, and over the batch. */
export const largeOrderControls = <Subject extends Pair>(): Controls<Subject> => ({
  ...inSamba<Subject>({ noDetach, detachNormOnly, detachDirectionOnly, rootDimensionMissing, batchNorm }),
  ...inRae<Subject>({ squaredPenalty, constantPenalty, batchPenalty }),
});
