/** @file The terminal's view of a verification run. */

import type { CheckResult, ClaimResult, VerifyResult } from '../claims/result.js';
import { verdictText } from '../claims/verdict.js';
import { printable } from '../formats/printable.js';

export interface Style {
  bad(text: string): string;
  dim(text: string): string;
}

export const PLAIN: Style = { bad: text => text, dim: text => text };

/** Column titles of the claim table. */
export const HEAD = [
  'claim',
  'verdict',
  'outcome',
  'order (99 %)',
  'constant',
  'cases',
  'would have caught',
  'mutants',
] as const;

function detectText(claim: ClaimResult): string {
  const found = claim.checks.flatMap(check => (check.detects === undefined ? [] : [check.detects.error]));
  return found.length === 0 ? '' : Math.min(...found).toExponential(0);
}

/** Mutants killed of those that should be, the equivalent ones, and those of which the run says nothing. */
function mutantsText({ killed, equivalent, total, list }: ClaimResult['mutants']): string {
  if (total === 0) return '-';
  const untried = list.filter(mutant => mutant.untried).length;
  if (untried === total) return 'not tried';
  return [
    `${killed}/${total - equivalent}`,
    ...(equivalent > 0 ? [`+${equivalent} eq.`] : []),
    ...(untried > 0 ? [`(${untried} not tried)`] : []),
  ].join(' ');
}

/** One claim's cells, under `HEAD`. */
export function claimCells(claim: ClaimResult): string[] {
  const { order, constant, mutants } = claim;
  return [
    claim.id,
    verdictText(claim.verdict),
    claim.outcome,
    order === undefined
      ? ''
      : `${order.estimate.toFixed(3)} [${order.low.toFixed(3)}, ${order.high.toFixed(3)}]`,
    constant === undefined ? '' : constant.ratio.toFixed(4),
    String(claim.cases),
    detectText(claim),
    mutantsText(mutants),
  ];
}

/** Columns padded to their widest cell, two spaces between; a cell is one line, whatever its text. */
export function columns(texts: readonly (readonly string[])[]): string[] {
  const rows = texts.map(cells => cells.map(cell => printable(cell)));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(cells => cells[column]!.length)));
  return rows.map(cells =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** One line a claim, with a headline row. */
export function claimTable(result: VerifyResult, style: Style = PLAIN): string {
  const [head, ...lines] = columns([[...HEAD], ...result.claims.map(claimCells)]);
  const paint = (claim: ClaimResult, line: string): string =>
    claim.outcome === 'pass' ? line : style.bad(line);
  return [style.dim(head!), ...result.claims.map((claim, i) => paint(claim, lines[i]!))].join('\n');
}

/** A fact below its check; further lines of it stand under the first. */
const fact = (name: string, text: string): string =>
  `    ${`${name}:`.padEnd(10)}${printable(text, '\n\t').replaceAll('\n', `\n${' '.repeat(14)}`)}`;

function failureLines(check: CheckResult): string[] {
  const { failure } = check;
  const head = `  ${check.outcome === 'fail' ? 'failed' : check.outcome}: ${check.name}${check.decision ? ` (${check.decision})` : ''} - ${check.says}`;
  return [
    printable(head),
    ...(failure === undefined
      ? []
      : [fact('case', failure.case), fact('expected', failure.expected), fact('measured', failure.measured)]),
    ...(check.note === undefined ? [] : [fact('note', check.note)]),
  ];
}

/**
 * What a reader needs of a claim that did not pass: the shrunk case, expected and measured, and how to see it
 * again.
 */
export function failureText(claim: ClaimResult): string {
  const { list } = claim.mutants;
  const untried = list.filter(mutant => mutant.untried).length;
  const survivors = list.filter(
    mutant => !mutant.untried && mutant.killedBy.length > 0 === (mutant.equivalent !== undefined),
  );
  return [
    printable(`${claim.id}: ${claim.says}`),
    ...claim.checks.filter(check => check.outcome !== 'pass').flatMap(failureLines),
    ...survivors.map(mutant =>
      printable(
        mutant.equivalent === undefined
          ? `  mutant survived: ${mutant.name} - ${mutant.says}`
          : `  mutant killed although it is named equivalent: ${mutant.name} by ${mutant.killedBy.join(', ')}`,
      ),
    ),
    ...(untried === 0 ? [] : [`  ${untried} of ${list.length} mutants not tried: the claim itself fails`]),
    printable(`  replay: flatcheck verify --replay ${claim.replay}`),
  ].join('\n');
}

/** The last line of a run. */
export function summaryLine(result: VerifyResult): string {
  const { passed, failed, inconclusive } = result;
  const killed = result.claims.reduce((sum, claim) => sum + claim.mutants.killed, 0);
  const total = result.claims.reduce((sum, claim) => sum + claim.mutants.total - claim.mutants.equivalent, 0);
  const tail = inconclusive > 0 ? `, ${inconclusive} inconclusive` : '';
  const untried = result.claims.flatMap(({ mutants }) =>
    mutants.list.filter(mutant => mutant.untried),
  ).length;
  const rest = untried > 0 ? `, ${untried} not tried` : '';
  return `${passed} claims passed, ${failed} failed${tail}; ${killed} of ${total} mutants killed${rest}; seed ${result.run.seed}`;
}
