/** @file Values as they appear in a failure report. */
import type { Vector } from '../order/case.js';

const SHOWN = 6;

/** All digits of a number; of a vector the first few entries. */
export function text(v: Vector): string {
  if (typeof v === 'number') return String(v);
  const shown = Array.from(v.slice(0, SHOWN), String);
  return `[${shown.join(', ')}${v.length > SHOWN ? `, ... ${v.length} entries` : ''}]`;
}

/** A size: three digits are enough. */
export function brief(x: number): string {
  const plain = x === 0 || (Math.abs(x) >= 1e-4 && Math.abs(x) < 1e5) || !Number.isFinite(x);
  return plain ? String(Number(x.toPrecision(3))) : x.toExponential(2);
}

/** The prefix that names one of several values of a case. */
export const label = (what: string | undefined): string => (what === undefined ? '' : `${what}: `);
