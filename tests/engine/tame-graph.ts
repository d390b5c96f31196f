/** @file Building blocks of random graphs. */
import { type Shape, sizeOf } from '../../src/engine/graph/shapes.js';
import { GraphBuilder } from './graph-builder.js';

/** Numbers from 0 up, drawn one after the other from one. */
export function digits(detail: number): (below: number) => number {
  let rest = detail;
  return below => {
    const digit = rest % below;
    rest = Math.trunc(rest / below) + 7919 * digit;
    return digit;
  };
}

/**
 * Keeps a graph's numbers tame: where an operation grows or has a limited domain, its operand goes through
 * this first.
 */
export class TameGraph extends GraphBuilder {
  tame(x: number): number {
    return this.elementwise('Tanh', x);
  }

  /** Between 0.5 and 1.5. */
  positive(x: number): number {
    return this.elementwise('Add', this.elementwise('Square', this.tame(x)), this.constant([0.5], []));
  }

  bool(x: number): number {
    return this.nodes[x]!.dtype === 'bool' ? x : this.elementwise('Greater', x, this.constant([0.125], []));
  }

  float(x: number): number {
    return this.nodes[x]!.dtype === 'float' ? x : this.cast(x, 'float');
  }

  /** A value with the elements of x, repeated or cut as needed, in another shape. */
  fit(x: number, shape: Shape): number {
    const flat = this.reshape(x, [sizeOf(this.shape(x))]);
    const size = sizeOf(shape);
    const repeats = Math.ceil(size / sizeOf(this.shape(x)));
    const long = repeats === 1 ? flat : this.concat(new Array<number>(repeats).fill(flat), 0);
    const cut = sizeOf(this.shape(long)) === size ? long : this.slice(long, [0], [size]);
    return this.reshape(cut, shape);
  }

  /** Whole numbers 0..size-1 to be used as indices. */
  indices(count: number, size: number, digit: (below: number) => number): number {
    return this.constant(
      Array.from({ length: count }, () => digit(size)),
      [count],
      'int',
    );
  }
}
