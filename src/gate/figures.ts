/** @file What the gate watches: named figures taken out of a result, each of a kind that has its own rule. */
import type { CheckResult, ClaimResult, Demands, MutantResult, VerifyResult } from '../claims/result.js';
import { verdictText } from '../claims/verdict.js';
import { twice } from './consistent.js';

/** How a mutant fared. */
export type Fate = 'killed' | 'threw' | 'equivalent' | 'alive';

/** Each kind has one rule in `rules.ts`. */
export type Figure =
  /** How a claim, a check or a vector ended, or what its verdict is. */
  | { readonly kind: 'outcome'; readonly value: string }
  /** An order of convergence, with the half-width of its interval. */
  | { readonly kind: 'order'; readonly value: number; readonly expected: number; readonly halfWidth: number }
  /** A measured constant over the theorem's. */
  | { readonly kind: 'constant'; readonly value: number; readonly tolerance: number }
  /** Mutants by name: killed by a wrong value or by throwing, equivalent by proof. */
  | { readonly kind: 'mutants'; readonly value: Readonly<Record<string, Fate>> }
  /** Cases that a check looked at, checks that a claim has. */
  | { readonly kind: 'count'; readonly value: number }
  /** What a check demands: tolerances, numbers of cases, ladders. */
  | { readonly kind: 'demands'; readonly value: Demands }
  /** The objectives whose training a claim vouches for. */
  | { readonly kind: 'names'; readonly value: readonly string[] }
  /** The constants by which orders are decided. */
  | { readonly kind: 'rules'; readonly value: Readonly<Record<string, number>> }
  /** The smallest relative error that a check would have caught. */
  | { readonly kind: 'detects'; readonly value: number }
  /** The largest relative error of a conformance vector. */
  | { readonly kind: 'error'; readonly value: number }
  /** A measured ratio of times, with its relative spread. */
  | { readonly kind: 'ratio'; readonly value: number; readonly spread: number };

export type FigureKind = Figure['kind'];

/** Figures by name: `SAMBA-18 / z-gradient / order`. */
export type Figures = Readonly<Record<string, Figure>>;

type Named = readonly [string, Figure];

function fateOf({ equivalent, killedBy, threw }: MutantResult): Fate {
  if (equivalent !== undefined) return 'equivalent';
  if (killedBy.length === 0) return 'alive';
  return threw ? 'threw' : 'killed';
}

function checkFigures(claim: ClaimResult, check: CheckResult): Named[] {
  const name = `${claim.id} / ${check.name}`;
  const { order, constant, detects, decision } = check;
  return [
    [
      `${name} / outcome`,
      {
        kind: 'outcome',
        value: `${check.kind} ${check.outcome}${decision === undefined || decision === check.outcome ? '' : ` ${decision}`}`,
      },
    ],
    [`${name} / cases`, { kind: 'count', value: check.cases }],
    [`${name} / demands`, { kind: 'demands', value: check.demands }],
    ...(detects === undefined
      ? []
      : [[`${name} / detects`, { kind: 'detects', value: detects.error }] as const]),
    ...(order === undefined
      ? []
      : [
          [
            `${name} / order`,
            {
              kind: 'order',
              value: order.estimate,
              expected: order.expected,
              halfWidth: (order.high - order.low) / 2,
            },
          ] as const,
        ]),
    ...(constant === undefined
      ? []
      : [
          [
            `${name} / constant`,
            { kind: 'constant', value: constant.ratio, tolerance: constant.tolerance },
          ] as const,
        ]),
  ];
}

/** The figures by their names; names that could be mistaken for others would hide some of them. */
function named(figures: readonly Named[]): Figures {
  const double = twice(figures.map(([name]) => name));
  if (double !== undefined)
    throw new RangeError(`gate: figure '${double}' is there twice - names must differ`);
  return Object.fromEntries(figures);
}

/** The figures of a verification run. */
export function figuresOf(result: VerifyResult): Figures {
  return named([
    ['decision rules', { kind: 'rules', value: result.run.rules }],
    ...result.claims.flatMap((claim): Named[] => [
      [`${claim.id} / outcome`, { kind: 'outcome', value: claim.outcome }],
      [`${claim.id} / verdict`, { kind: 'outcome', value: verdictText(claim.verdict) }],
      [`${claim.id} / objectives`, { kind: 'names', value: claim.objectives ?? [] }],
      [`${claim.id} / checks`, { kind: 'count', value: claim.checks.length }],
      [
        `${claim.id} / mutants`,
        {
          kind: 'mutants',
          value: Object.fromEntries(claim.mutants.list.map(mutant => [mutant.name, fateOf(mutant)])),
        },
      ],
      ...claim.checks.flatMap(check => checkFigures(claim, check)),
    ]),
  ]);
}

/** A row of what `flatcheck vectors check --json` prints, as far as the gate looks at it. */
export interface VectorRow {
  readonly id: string;
  readonly valid: boolean;
  readonly pass: boolean;
  readonly maxRelativeError: number | null;
  readonly errors: Readonly<Record<string, number | null>>;
  readonly disagreeing: readonly string[];
}

const OUTCOMES = { true: 'pass', false: 'rejected' } as const;

/** The largest relative error of each vector that is right, and that those wrong on purpose are rejected. */
export const vectorFigures = (vectors: readonly VectorRow[]): Figures =>
  named(
    vectors.flatMap(({ id, valid, pass, maxRelativeError, errors }): Named[] => [
      [`vector ${id} / outcome`, { kind: 'outcome', value: pass ? OUTCOMES[`${valid}`] : 'fail' }],
      [`vector ${id} / tensors`, { kind: 'count', value: Object.keys(errors).length }],
      ...(pass && valid && maxRelativeError !== null
        ? [[`vector ${id} / error`, { kind: 'error', value: maxRelativeError }] as const]
        : []),
    ]),
  );

/** A ratio that `npm run bench -- NAME --json-file F` measured. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  readonly spread: number;
}

/** Our time over the peer's, lower is better. */
export const benchFigures = (ratios: readonly Ratio[]): Figures =>
  named(ratios.map(({ name, value, spread }) => [`bench ${name}`, { kind: 'ratio', value, spread }]));
