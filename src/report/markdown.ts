/** @file A run as Markdown: a CI job's summary. */
import type { ClaimResult, VerifyResult } from '../claims/result.js';
import { fenced, inlineMarkdown } from './markdown-text.js';
import { claimCells, failureText, HEAD, summaryLine } from './table.js';

/** GitHub refuses a job summary above 1 MiB. */
const LIMIT = 1_000_000;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function details(claim: ClaimResult): string {
  return `### ${inlineMarkdown(claim.id)}: ${claim.outcome}\n\n${fenced(failureText(claim))}\n`;
}

/** Headline, failures first, then the table; cut with a note where it would pass the limit. */
export function markdown(result: VerifyResult): string {
  const { run } = result;
  const failures = result.claims.filter(claim => claim.outcome !== 'pass');
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const parts = [
    `# flatcheck: ${summaryLine(result)}\n`,
    ...failures.map(details),
    row([...HEAD]),
    row(HEAD.map(() => '---')),
    ...result.claims.map(claim => row(claimCells(claim).map(inlineMarkdown))),
    `\nEngine ${inlineMarkdown(run.engine)}, seed ${run.seed}, false-alarm budget ${run.alpha}, commit ${inlineMarkdown(run.commit ?? 'unknown')}; ${inlineMarkdown(versions.join(', '))}.\n`,
  ];
  let text = '';
  for (const part of parts) {
    if (Buffer.byteLength(text) + Buffer.byteLength(part) > LIMIT - 200)
      return `${text}\n(cut here: the whole would pass the limit of a job summary; see the JSON report)\n`;
    text += `${part}\n`;
  }
  return text;
}
