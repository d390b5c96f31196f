/** @file A run as one self-contained HTML page. */
import type { ClaimResult, Paper, VerifyResult } from '../../claims/result.js';
import { PAPER_TITLES } from '../standing.js';
import { summaryLine } from '../table.js';
import { claimSection } from './claim.js';
import { page } from './document.js';
import { escapeHtml as esc } from './escape.js';
import { SCRIPT, STYLE } from './style.js';

const options = (values: readonly string[]): string =>
  [
    '<option value="">all</option>',
    ...[...new Set(values)].map(value => `<option>${esc(value)}</option>`),
  ].join('');

function filters(claims: readonly ClaimResult[]): string {
  return `<form hidden aria-label="Filter the claims">
<label>Search <input name="text" type="search" autocomplete="off"></label>
<label>Outcome <select name="outcome">${options(claims.map(claim => claim.outcome))}</select></label>
<label>Verdict <select name="verdict">${options(claims.map(claim => claim.verdict.kind))}</select></label>
<output id="shown" aria-live="polite">${claims.length} shown</output>
</form>`;
}

function section(paper: Paper, claims: readonly ClaimResult[]): string {
  const passed = claims.filter(claim => claim.outcome === 'pass').length;
  return `<section aria-labelledby="${paper}"><h2 id="${paper}">${esc(PAPER_TITLES[paper])}</h2>
<p>${passed} of ${claims.length} claims pass.</p>
${claims.map(claimSection).join('\n')}</section>`;
}

/** The page; only its own style and script may run in it. */
export function html(result: VerifyResult): string {
  const { claims, run } = result;
  const papers = [...new Set(claims.map(claim => claim.paper))];
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const body = `<header>
<h1>flatcheck</h1>
<p>${esc(summaryLine(result))}.</p>
<p>Engine ${esc(run.engine)}, false-alarm budget ${run.alpha}, commit ${esc(run.commit ?? 'unknown')}, code ${esc(run.digest)}; ${esc(versions.join(', '))}.</p>
</header>
<main>
${filters(claims)}
${papers
  .map(paper =>
    section(
      paper,
      claims.filter(claim => claim.paper === paper),
    ),
  )
  .join('\n')}
</main>`;
  return page({ title: `flatcheck: ${summaryLine(result)}`, style: STYLE, script: SCRIPT, body });
}
