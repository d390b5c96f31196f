/**
 * @file The ResNet-18 of the experiments with ReLU: what is exact as long as no unit of the decoder changes
 * sign.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../src/core/derivatives.js';
import { sizeOf as sizeOfShape } from '../../../src/engine/graph/graph.js';
import { type Check, check, fill, mutant, stream } from '../../kit.js';
import { CODE } from '../network/network.js';
import * as mutants from '../sam/mutants.js';
import type { Pair } from '../sam/pair.js';
import { batchesOf, type LargeCase } from './draw.js';
import { FULL_WIDTH, functionOf } from './network.js';
import { differenceOf, type LargePart, sizeOf, sumsOf } from './parts.js';
import { directionsAt, inputsAt, type Place, secondAt, sideAt } from './steps.js';
import { Workshop } from './workshop.js';

const BATCH = 2;
/** Gradients of one cell agree to this, those of different cells do not. */
const SAME = 1e-9;
const DECODER = {};

const distance = (a: Float64Array, b: Float64Array): number =>
  Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.hypot(...b);

/**
 * J_f' w at codes moved by rho u, for a random w: the same within one cell of the decoder, which is affine
 * there.
 */
function pulledBack(place: Place): (rho: number) => Float64Array {
  const { of: large, seed, shop } = place;
  const shape = [large.batch, 32, 32, 3];
  const direction = directionsAt(place);
  const inputs = inputsAt(place);
  const program = shop.program(DECODER, 'pulled back', () =>
    functionOf(large, { weights: { shape } }, ({ net, params, x, more }) => {
      const product = (z: tf.Tensor): tf.Tensor => tf.sum(tf.mul(more.weights!, net.decode(params, z)));
      return { gradient: gradient(product, net.encode(params, x).mean) };
    }),
  );
  const weights = fill(new Float64Array(sizeOfShape(shape)), 'normal', stream(seed, 'weights'));
  program.run({ ...inputs, weights });
  return rho => program.update({ [`param.${CODE}`]: direction.map(u => rho * u) }).gradient!.slice();
}

/** The largest radius found at which all samples are in the cell of their codes; cells are convex. */
function cellRadius(place: Place): number {
  const [found] = place.shop.numbers(DECODER, `cell ${place.seed}`, () => {
    const at = pulledBack(place);
    const here = at(0);
    const inside = (rho: number): boolean => distance(at(rho), here) < SAME;
    let low = 2 ** -10;
    while (low < 1 && inside(2 * low)) low *= 2;
    while (low > 2 ** -40 && !inside(low)) low /= 2;
    let high = 2 * low;
    for (let i = 0; i < 3; i++) {
      const middle = (low + high) / 2;
      if (inside(middle)) low = middle;
      else high = middle;
    }
    return [Float64Array.of(low)];
  });
  return found![0]!;
}

export interface LargeCell {
  readonly part: LargePart;
  /** Channels of the first stage. */
  readonly width: number;
  readonly parts?: readonly LargePart[];
  readonly shop?: Workshop;
}

/** Both sides of a case without the perturbation and at each of the radii, in parts of the cell's. */
function sidesIn({ part, width, parts = [part], shop = new Workshop(width) }: LargeCell) {
  const at = parts.indexOf(part);
  return ({ seed, batch }: LargeCase, { samba, rae }: Pair) => {
    const place: Place = {
      of: { width, activation: 'relu', batch, mode: 'evaluation' },
      parts,
      seed,
      shop,
    };
    const radii = [...SHARES, FAR].map(share => share * cellRadius(place));
    const steps = [0, ...radii];
    const a = sideAt(place, { name: 'samba', rules: samba }, steps).map(sketches => sketches[at]!);
    const b = sideAt(place, { name: 'rae', rules: rae }, steps).map(sketches => sketches[at]!);
    return { radii, samba: a, rae: b, second: () => sumsOf(secondAt(place)[at]!) };
  };
}

/** Beyond the cell. */
const FAR = 32;
const SHARES = [1 / 4, 1];

/**
 * Inside a cell SAMBA adds what the RAE's penalty adds: nothing else for codes and encoder, rho^2 times the
 * gradient of |Ju|^2 more for the decoder.
 */
export function largeCell(spec: LargeCell): Check<Pair> {
  const sides = sidesIn(spec);
  return check.within<LargeCase, Pair>({
    says: `on the ResNet-18 of the experiments with ReLU, width ${spec.width}, inside a cell what the two add is the same${spec.part === 'theta' ? ' but for that' : ''}, to 1e-7 of it (the rounding of gradients a million times larger)`,
    given: batchesOf(BATCH),
    tolerance: 1e-7,
    runs: 1,
    measure: (c, pair) => {
      const { radii, samba, rae, second } = sides(c, pair);
      const more = spec.part === 'theta' ? second() : undefined;
      return SHARES.map((share, i) => {
        const added = differenceOf(rae[i + 1]!, rae[0]!);
        const expected = more === undefined ? added : added.map((x, k) => x + radii[i]! ** 2 * more[k]!);
        return { what: `${share} of the cell`, actual: differenceOf(samba[i + 1]!, samba[0]!), expected };
      });
    },
  });
}

/** Behind the edge of the cell the gradients differ. */
export function beyondLargeCell(spec: LargeCell): Check<Pair> {
  const sides = sidesIn(spec);
  return check.violates<LargeCase, Pair>({
    says: `nor on the ResNet-18 of the experiments, width ${spec.width}, at ${FAR} times the radius of a cell`,
    given: batchesOf(BATCH),
    runs: 1,
    measure: (c, pair) => {
      const { samba, rae } = sides(c, pair);
      const [a, b] = [samba.at(-1)!, rae.at(-1)!];
      const by = Math.hypot(...differenceOf(a, b));
      return { claimed: sizeOf(b), actual: sizeOf(a), by, scale: sizeOf(a) + sizeOf(b) };
    },
  });
}

/** A check that a deep run follows up inside a cell, and what this must reject by itself. */
export const alsoInLargeCell = <Subject extends Pair>(
  part: LargePart,
  near: Check<Subject>,
): Check<Subject> =>
  check.deepened<Subject>(near, () => largeCell({ part, width: FULL_WIDTH }), {
    controls: {
      ...mutants.wrongSamba<Subject>('noDetach', 'halfRadius', 'batchNorm'),
      ...mutants.wrongRae<Subject>('halfPenalty'),
    },
    large: true,
  });

const UNPERTURBED: Pair = {
  samba: mutants.DIRECTION_MUTANTS.noSecondStep.rules,
  rae: mutants.PENALTY_MUTANTS.constantPenalty.rules,
};

/**
 * A check that a deep run follows up beyond a cell; gradients that have no kink between them must be
 * rejected.
 */
export const alsoBeyondLargeCell = (part: LargePart, near: Check<Pair>): Check<Pair> =>
  check.deepened<Pair>(near, () => beyondLargeCell({ part, width: FULL_WIDTH }), {
    controls: { unperturbed: mutant('neither adds anything', () => UNPERTURBED) },
    large: true,
  });
