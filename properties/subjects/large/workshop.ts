/**
 * @file Programs of large networks, as many at a time as there is room for, and what they have answered
 * already.
 */
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { Arrays, Float64Program } from '../../../src/engine/program.js';
import type { Specs } from '../../../src/engine/spec.js';
import type { Traceable } from '../../../src/engine/trace.js';

/** From this width on a program takes a gigabyte, which is slow to fill and soon too much. */
const WIDE = 32;

/** Results kept by an object (the rules of an implementation) and a name. */
function memo<T>(): (owner: object, name: string, make: () => T) => T {
  const byOwner = new WeakMap<object, Map<string, T>>();
  return (owner, name, make) => {
    const known = byOwner.get(owner) ?? new Map<string, T>();
    byOwner.set(owner, known);
    const value = known.get(name) ?? make();
    known.set(name, value);
    return value;
  };
}

/** Lives as long as the check that uses it; then its memory is free again. */
export class Workshop {
  readonly width: number;
  /** A small result of an implementation. */
  readonly numbers = memo<readonly Float64Array[]>();
  /** What programs are kept under. */
  private shelf = {};
  private last: { readonly rules: object; readonly name: string } | undefined;
  private drawn: { readonly name: string; readonly inputs: Arrays } | undefined;

  constructor(width: number) {
    this.width = width;
  }

  /** See `programOf`. A wide network has one program at a time: asking for another lets go of it. */
  program(
    rules: object,
    name: string,
    make: () => { readonly specs: Specs; readonly fn: Traceable },
  ): Float64Program {
    const same = this.last?.rules === rules && this.last.name === name;
    if (this.width >= WIDE && !same) this.shelf = {};
    this.last = { rules, name };
    return programOf(rules, this.shelf, name, make);
  }

  /** The inputs of one case, those of the last one only. */
  inputs(name: string, draw: () => Arrays): Arrays {
    if (this.drawn?.name !== name) {
      this.drawn = undefined;
      this.drawn = { name, inputs: draw() };
    }
    return this.drawn.inputs;
  }
}
