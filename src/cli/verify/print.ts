/** @file A verification run as the terminal shows it. */

import type { VerifyResult } from '../../claims/result.js';
import { claimTable, failureText, summaryLine } from '../../report/table.js';
import { EXIT, type ExitCode } from '../exit.js';
import { progressOn } from '../progress.js';
import { styleOf } from '../style.js';
import { type VerifyOptions, verify } from './verify.js';

/** Failed wins over inconclusive. */
export function verifyExit(result: VerifyResult): ExitCode {
  if (result.failed > 0) return EXIT.failed;
  return result.inconclusive > 0 ? EXIT.inconclusive : EXIT.fine;
}

/** Runs the claims with a progress line on stderr. */
export async function verifyWithProgress(options: VerifyOptions): Promise<VerifyResult> {
  const progress = progressOn();
  progress.show(`verify: 0 of ${options.ids.length} claims`);
  const result = await verify({
    ...options,
    progress: (claim, done) =>
      progress.show(`verify: ${done} of ${options.ids.length} claims (${claim.id} ${claim.outcome})`),
  });
  progress.clear();
  return result;
}

/** The table, then each failure with its replay line, then the summary. */
export function printVerify(result: VerifyResult): void {
  const style = styleOf(process.stdout);
  console.log(claimTable(result, style));
  for (const claim of result.claims)
    if (claim.outcome !== 'pass') console.log(`\n${style.bad(failureText(claim))}`);
  console.log(`\n${summaryLine(result)}`);
}
