/** @file Numbers and labels as HTML. */
import { escapeHtml } from '../html/escape.js';
import { unbroken } from '../plot/text.js';

const MINUS = '\u2212';
const ABSENT = '\u2013';

/** So many digits; a dash for what is not there. */
export function digits(x: number, count = 3): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? ABSENT : String(x).replace('-', MINUS);
  const plain = x === 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6);
  const text = plain ? String(Number(x.toPrecision(count))) : x.toExponential(count - 1);
  const [mantissa, exponent] = text.split('e');
  const shown = mantissa!.replace('-', MINUS);
  if (exponent === undefined) return shown;
  return `${shown}\u00d710<sup>${String(Number(exponent)).replace('-', MINUS)}</sup>`;
}

/** Ends of an interval, or a dash where there is none. */
export const interval = (low: number, high: number): string =>
  Number.isNaN(low + high) ? ABSENT : `[${digits(low)}, ${digits(high)}]`;

/**
 * Escaped text with `^-1` raised, as in figures, and nothing between a number and its percent sign but a
 * space.
 */
export const label = (text: string): string =>
  escapeHtml(unbroken(text)).replace(
    /\^([-\u2212]?\d+)/g,
    (_, power: string) => `<sup>${power.replace('-', MINUS)}</sup>`,
  );

export const badge = (outcome: string): string =>
  `<span class="badge ${outcome}">${outcome.replace('-', ' ')}</span>`;
