/** @file The ResNet-18 of the experiments with ReLU: what is exact as long as no unit of the decoder changes sign. */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../src/core/derivatives.js';
import { type Check, type Controls, check, fill, mutant, stream } from '../../kit.js';
import { CODE } from '../network/network.js';
import * as mutants from '../sam/mutants.js';
import type { Pair } from '../sam/pair.js';
import { batchesOf, type LargeCase } from './draw.js';
import { functionOf } from './network.js';
import { differenceOf, type LargePart, sizeOf, sumsOf } from './parts.js';
import { directionsAt, inputsAt, type Place, secondAt, sideAt } from './steps.js';
import { Workshop } from './workshop.js';

const BATCH = 2;
/** Gradients of one cell agree to this, those of different cells do not. */
const SAME = 1e-9;
const DECODER = {};

const distance = (a: Float64Array, b: Float64Array): number =>
  Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.hypot(...b);

/** J_f' w at codes moved by rho u, for a random w: the same within one cell of the decoder, which is affine there. */
function pulledBack(place: Place): (rho: number) => Float64Array {
  const { of, seed, shop } = place;
  const weights = { shape: [of.batch, 32, 32, 3] };
  const direction = directionsAt(place);
  const inputs = inputsAt(place);
  const program = shop.program(DECODER, 'pulled back', () =>
    functionOf(of, { weights }, ({ net, params, x, more }) => {
      const product = (z: tf.Tensor): tf.Tensor => tf.sum(tf.mul(more.weights!, net.decode(params, z)));
      return { gradient: gradient(product, net.encode(params, x).mean) };
    }),
  );
  program.run({
    ...inputs,
    weights: fill(new Float64Array(of.batch * 32 * 32 * 3), 'normal', stream(seed, 'weights')),
  });
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

const placeOf = ({ part, width, parts = [part], shop = new Workshop(width) }: LargeCell) => {
  const at = parts.indexOf(part);
  return {
    at,
    of: ({ seed, batch }: LargeCase): Place => ({
      of: { width, activation: 'relu', batch, mode: 'evaluation' },
      parts,
      seed,
      shop,
    }),
  };
};

/** Both sides without the perturbation, and at each of the radii. */
const sidesAt = (place: Place, { samba, rae }: Pair, radii: readonly number[]) => ({
  samba: sideAt(place, { name: 'samba', rules: samba }, [0, ...radii]),
  rae: sideAt(place, { name: 'rae', rules: rae }, [0, ...radii]),
});

/** Beyond the cell. */
const FAR = 32;
const SHARES = [1 / 4, 1];

/**
 * Inside a cell SAMBA adds what the RAE's penalty adds: nothing else for codes and encoder, rho^2 times the gradient of
 * |Ju|^2 more for the decoder.
 */
export function largeCell(spec: LargeCell): Check<Pair> {
  const { at, of } = placeOf(spec);
  return check.within<LargeCase, Pair>({
    says: `on the ResNet-18 of the experiments with ReLU, width ${spec.width}, inside a cell what the two add is the same${spec.part === 'theta' ? ' but for that' : ''}, to 1e-7 of it (the rounding of gradients a million times larger)`,
    given: batchesOf(BATCH),
    tolerance: 1e-7,
    runs: 1,
    measure: (c, pair) => {
      const place = of(c);
      const radii = [...SHARES, FAR].map(share => share * cellRadius(place));
      const { samba, rae } = sidesAt(place, pair, radii);
      const second = spec.part === 'theta' ? sumsOf(secondAt(place)[at]!) : undefined;
      return SHARES.map((share, i) => {
        const [a, b] = [samba[i + 1]![at]!, rae[i + 1]![at]!];
        const added = differenceOf(b, rae[0]![at]!);
        const actual = differenceOf(a, samba[0]![at]!);
        return {
          actual,
          expected: second === undefined ? added : added.map((x, k) => x + radii[i]! ** 2 * second[k]!),
          what: `${share} of the cell`,
        };
      });
    },
  });
}

/** Behind the edge of the cell the gradients differ. */
export function beyondLargeCell(spec: LargeCell): Check<Pair> {
  const { at, of } = placeOf(spec);
  return check.violates<LargeCase, Pair>({
    says: `nor on the ResNet-18 of the experiments, width ${spec.width}, at ${FAR} times the radius of a cell`,
    given: batchesOf(BATCH),
    runs: 1,
    measure: (c, pair) => {
      const place = of(c);
      const radii = [...SHARES, FAR].map(share => share * cellRadius(place));
      const { samba, rae } = sidesAt(place, pair, radii);
      const [a, b] = [samba.at(-1)![at]!, rae.at(-1)![at]!];
      const by = Math.hypot(...differenceOf(a, b));
      return { claimed: sizeOf(b), actual: sizeOf(a), by, scale: sizeOf(a) + sizeOf(b) };
    },
  });
}

const { noDetach } = mutants.DETACH_MUTANTS;
const { halfRadius, batchNorm } = mutants.LENGTH_MUTANTS;
const { halfPenalty } = mutants.PENALTY_MUTANTS;

/** What the first of these checks must reject by itself. */
export const largeCellControls = <Subject extends Pair>(): Controls<Subject> => ({
  ...mutants.inSamba<Subject>({ noDetach, halfRadius, batchNorm }),
  ...mutants.inRae<Subject>({ halfPenalty }),
});

/** What the second must reject: gradients that have no kink between them. */
export const BEYOND_CONTROLS: Controls<Pair> = {
  unperturbed: mutant('neither adds anything', () => ({
    samba: mutants.DIRECTION_MUTANTS.noSecondStep.rules,
    rae: mutants.PENALTY_MUTANTS.constantPenalty.rules,
  })),
};
