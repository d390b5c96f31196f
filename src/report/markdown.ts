/** @file A run as Markdown: a CI job's summary. */
import type { ClaimResult, VerifyResult } from '../claims/result.js';
import { claimCells, failureText, HEAD, summaryLine } from './table.js';

/** GitHub refuses a job summary above 1 MiB. */
const LIMIT = 1_000_000;

const escapeCell = (text: string): string =>
  text.replace(/[\\|<>&*_`[\]]/g, character => `\\${character}`).replace(/\n/g, ' ');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(match => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function details(claim: ClaimResult): string {
  return `### ${escapeCell(claim.id)}: ${claim.outcome}\n\n${fenced(failureText(claim))}\n`;
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
    ...result.claims.map(claim => row(claimCells(claim).map(escapeCell))),
    `\nEngine ${run.engine}, seed ${run.seed}, false-alarm budget ${run.alpha}, commit ${run.commit ?? 'unknown'}; ${versions.join(', ')}.\n`,
  ];
  let text = '';
  for (const part of parts) {
    if (Buffer.byteLength(text) + Buffer.byteLength(part) > LIMIT - 200)
      return `${text}\n(cut here: the whole would pass the limit of a job summary; see the JSON report)\n`;
    text += `${part}\n`;
  }
  return text;
}
