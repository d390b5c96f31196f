/** @file What the gate watches: named figures taken out of a result, each of a kind that has its own rule. */
import type { CheckResult, ClaimResult, VerifyResult } from '../claims/result.js';

/** Each kind has one rule in `rules.ts`. */
export type Figure =
  /** How a claim or a check ended. */
  | { readonly kind: 'outcome'; readonly value: string }
  /** An order of convergence, with the half-width of its interval. */
  | { readonly kind: 'order'; readonly value: number; readonly expected: number; readonly halfWidth: number }
  /** A measured constant over the theorem's. */
  | { readonly kind: 'constant'; readonly value: number; readonly tolerance: number }
  /** Mutants: killed, of those that should be. */
  | { readonly kind: 'kills'; readonly value: number; readonly total: number }
  /** Cases that a check looked at. */
  | { readonly kind: 'cases'; readonly value: number }
  /** The largest relative error of a conformance vector. */
  | { readonly kind: 'error'; readonly value: number }
  /** A measured ratio of times, with its relative spread. */
  | { readonly kind: 'ratio'; readonly value: number; readonly spread: number };

export type FigureKind = Figure['kind'];

/** Figures by name: `SAMBA-18 / z-gradient / order`. */
export type Figures = Readonly<Record<string, Figure>>;

function checkFigures(claim: ClaimResult, check: CheckResult): [string, Figure][] {
  const name = `${claim.id} / ${check.name}`;
  const figures: [string, Figure][] = [
    [`${name} / outcome`, { kind: 'outcome', value: check.decision ?? check.outcome }],
    [`${name} / cases`, { kind: 'cases', value: check.cases }],
  ];
  const { order, constant } = check;
  if (order !== undefined)
    figures.push([
      `${name} / order`,
      {
        kind: 'order',
        value: order.estimate,
        expected: order.expected,
        halfWidth: (order.high - order.low) / 2,
      },
    ]);
  if (constant !== undefined)
    figures.push([
      `${name} / constant`,
      { kind: 'constant', value: constant.ratio, tolerance: constant.tolerance },
    ]);
  return figures;
}

/** The figures of a verification run. */
export function figuresOf(result: VerifyResult): Figures {
  return Object.fromEntries(
    result.claims.flatMap(claim => [
      [`${claim.id} / outcome`, { kind: 'outcome', value: claim.outcome }] as const,
      [
        `${claim.id} / mutants`,
        { kind: 'kills', value: claim.mutants.killed, total: claim.mutants.total - claim.mutants.equivalent },
      ] as const,
      ...claim.checks.flatMap(check => checkFigures(claim, check)),
    ]),
  );
}

/** The figures of `flatcheck vectors check --json`: the largest relative error of each vector that passed by its values. */
export const vectorFigures = (
  vectors: readonly { readonly id: string; readonly pass: boolean; readonly maxRelativeError?: number }[],
): Figures =>
  Object.fromEntries(
    vectors.flatMap(({ id, pass, maxRelativeError }): [string, Figure][] => [
      [`vector ${id} / outcome`, { kind: 'outcome', value: pass ? 'pass' : 'fail' }],
      ...(pass && maxRelativeError !== undefined && maxRelativeError < 1e-9
        ? [[`vector ${id} / error`, { kind: 'error', value: maxRelativeError }] as [string, Figure]]
        : []),
    ]),
  );

/** The figures of `npm run bench -- NAME --json-file F`: our time over the peer's, lower is better. */
export const benchFigures = (
  ratios: readonly { readonly name: string; readonly value: number; readonly spread: number }[],
): Figures =>
  Object.fromEntries(
    ratios.map(({ name, value, spread }) => [`bench ${name}`, { kind: 'ratio', value, spread }]),
  );
