/** @file The baseline file: figures, and why they were last changed. */
import type { Figure, FigureKind, Figures } from './figures.js';

export interface Baseline {
  readonly schema: 1;
  /** Why each version of the baseline replaced the one before, newest last. */
  readonly history: readonly string[];
  readonly figures: Figures;
}

const NUMBERS: { readonly [K in FigureKind]: readonly string[] } = {
  outcome: [],
  order: ['value', 'expected', 'halfWidth'],
  constant: ['value', 'tolerance'],
  kills: ['value', 'total'],
  cases: ['value'],
  error: ['value'],
  ratio: ['value', 'spread'],
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isFigure(value: unknown): value is Figure {
  if (!isRecord(value) || typeof value.kind !== 'string' || !Object.hasOwn(NUMBERS, value.kind)) return false;
  if (value.kind === 'outcome') return typeof value.value === 'string';
  return NUMBERS[value.kind as FigureKind].every(field => Number.isFinite(value[field]));
}

/** The baseline that parsed JSON holds, or what is wrong with it. */
export function readBaseline(value: unknown): Baseline | string {
  if (!isRecord(value) || value.schema !== 1) return 'schema must be 1';
  const { history, figures } = value;
  if (!Array.isArray(history) || !history.every(reason => typeof reason === 'string'))
    return 'history must be a list of reasons';
  if (!isRecord(figures)) return 'figures must be an object';
  const bad = Object.entries(figures).find(([, figure]) => !isFigure(figure));
  return bad === undefined
    ? { schema: 1, history, figures: figures as Figures }
    : `figures['${bad[0]}'] is no figure of a known kind`;
}

/** The next baseline: this run's figures, with the reason added. */
export const updated = (previous: Baseline | null, figures: Figures, reason: string): Baseline => ({
  schema: 1,
  history: [...(previous?.history ?? []), reason],
  figures,
});
