/** @file Programs in doubles, traced and compiled once for each implementation and shape. */

import type { Float64Program } from '../program.js';
import type { Specs } from '../spec.js';
import { type Traceable, trace } from '../trace.js';
import { compileFloat64 } from './compile.js';

const programs = new WeakMap<object, WeakMap<object, Map<string, Float64Program>>>();

function slot(implementation: object, shape: object): Map<string, Float64Program> {
  const byShape = programs.get(implementation) ?? new WeakMap<object, Map<string, Float64Program>>();
  programs.set(implementation, byShape);
  const byName = byShape.get(shape) ?? new Map<string, Float64Program>();
  byShape.set(shape, byName);
  return byName;
}

/**
 * The program `name` of an implementation (a rules object: what a negative control replaces) for a shape,
 * made at the first call. Both objects are compared by identity. Results are lent: valid until the program
 * runs again.
 */
export function programOf(
  implementation: object,
  shape: object,
  name: string,
  make: () => { readonly specs: Specs; readonly fn: Traceable },
): Float64Program {
  const known = slot(implementation, shape);
  const program = known.get(name);
  if (program) return program;
  const { specs, fn } = make();
  const made = compileFloat64(trace(fn, specs), { borrow: true });
  known.set(name, made);
  return made;
}
