/** @file A run as JUnit XML, one test case a claim, valid against Jenkins's JUnit schema. */

import type { ClaimResult, Paper, VerifyResult } from '../claims/result.js';
import { printable, withoutCommands } from '../formats/printable.js';
import { failureText } from './table.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as XML takes it: entities, and no control character or lone surrogate. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, character =>
      '\t\n\r'.includes(character) ? character : '\ufffd',
    )
    .replace(/[&<>"']/g, character => ENTITIES[character]!);

function testCase(claim: ClaimResult): string {
  const head = `    <testcase classname="${escapeXml(claim.paper)}" name="${escapeXml(claim.id)}" time="${claim.seconds.toFixed(3)}"`;
  if (claim.verdict.kind === 'not-checkable')
    return `${head}>\n      <skipped message="${escapeXml(claim.verdict.why)}"/>\n    </testcase>`;
  if (claim.outcome === 'pass') return `${head}/>`;
  const failing = claim.checks.filter(check => check.outcome !== 'pass').map(check => check.name);
  const message =
    failing.length > 0 ? `checks: ${failing.join(', ')}` : 'a mutant was not told from the original';
  return `${head}>\n      <failure type="${claim.outcome}" message="${escapeXml(printable(message))}">${escapeXml(withoutCommands(failureText(claim)))}</failure>\n    </testcase>`;
}

function testSuite(paper: Paper, claims: readonly ClaimResult[]): string {
  const skipped = claims.filter(claim => claim.verdict.kind === 'not-checkable').length;
  const failures = claims.filter(claim => claim.outcome !== 'pass').length;
  const seconds = claims.reduce((sum, claim) => sum + claim.seconds, 0).toFixed(3);
  return [
    `  <testsuite name="${paper}" tests="${claims.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds}">`,
    ...claims.map(testCase),
    '  </testsuite>',
  ].join('\n');
}

/** The whole file. */
export function junit(result: VerifyResult): string {
  const papers = [...new Set(result.claims.map(claim => claim.paper))];
  const suites = papers.map(paper =>
    testSuite(
      paper,
      result.claims.filter(claim => claim.paper === paper),
    ),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="flatcheck">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}
