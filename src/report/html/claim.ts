/** @file One claim of the HTML report. */
import type { Finding } from '../../claims/finding.js';
import type { CheckResult, ClaimResult, MutantResult } from '../../claims/result.js';
import { FINDING_WORDS, placeOf } from '../findings-doc.js';
import { measured, printedAs, standing } from '../standing.js';
import { escapeHtml as esc } from './escape.js';
import { mathml } from './math.js';
import { orderPlot } from './plot.js';

function checkRow(check: CheckResult): string {
  const failure = check.failure
    ? `<pre>case: ${esc(check.failure.case)}\nexpected: ${esc(check.failure.expected)}\nmeasured: ${esc(check.failure.measured)}</pre>`
    : '';
  return `<tr role="row"><th scope="row" role="rowheader">${esc(check.name)}</th><td role="cell">${esc(check.says)}${failure}</td><td role="cell" data-label="cases">${check.cases}</td><td role="cell">${measured(check).map(esc).join('<br>')}</td><td role="cell"><span class="badge ${check.outcome}">${check.decision ?? check.outcome}</span></td></tr>`;
}

function mutantRow(mutant: MutantResult): string {
  const killed = mutant.killedBy.length > 0;
  const fate = mutant.untried
    ? 'not tried: the claim itself fails'
    : mutant.equivalent !== undefined
      ? `equivalent: ${mutant.equivalent}`
      : killed
        ? mutant.killedBy.join(', ')
        : 'survived';
  const good = mutant.untried === true || killed !== (mutant.equivalent !== undefined);
  return `<tr role="row"><th scope="row" role="rowheader">${esc(mutant.name)}</th><td role="cell">${esc(mutant.says)}</td><td role="cell" data-label="killed by" class="${good ? '' : 'fail'}">${esc(fate)}</td></tr>`;
}

const table = (caption: string, heads: readonly string[], rows: readonly string[]): string =>
  rows.length === 0
    ? ''
    : `<div class="wide"><table role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${heads.map(head => `<th scope="col" role="columnheader">${head}</th>`).join('')}</tr></thead><tbody role="rowgroup">${rows.join('')}</tbody></table></div>`;

const findingBlock = (finding: Finding): string =>
  `<p class="finding"><strong>${FINDING_WORDS[finding.class]}: ${esc(finding.title)}.</strong> <q>${esc(finding.quote)}</q> (${esc(placeOf(finding))}). ${esc(finding.says)}</p>`;

/**
 * A claim as a disclosure: id, sentence and outcome in sight, evidence inside. Open where it did not pass.
 */
export function claimSection(claim: ClaimResult): string {
  const { tex, formulas = [], verdict, outcome } = claim;
  const text = [claim.id, claim.says, claim.source, verdict.kind].join(' ').toLowerCase();
  return [
    `<details class="claim" id="${esc(claim.id)}" data-outcome="${outcome}" data-verdict="${verdict.kind}" data-text="${esc(text)}"${outcome === 'pass' ? '' : ' open'}>`,
    `<summary><span class="id">${esc(claim.id)}</span> <span class="says">${esc(claim.says)}</span> <span class="badge ${verdict.kind}">${verdict.kind}</span> <span class="badge ${outcome}">${outcome}</span></summary>`,
    `<p>${esc(claim.source)}. <strong>${esc(standing(verdict))}.</strong></p>`,
    `<div class="formula"><h4>${tex.corrected === undefined ? 'Formula' : printedAs(tex)}</h4>${mathml(tex.printed)}</div>`,
    tex.corrected === undefined
      ? ''
      : `<div class="formula"><h4>As it should be</h4>${mathml(tex.corrected)}</div>`,
    ...(claim.findings ?? []).map(findingBlock),
    ...formulas.map(
      formula => `<div class="formula"><h4>Evaluated: ${esc(formula.says)}</h4>${mathml(formula.tex)}</div>`,
    ),
    table('Checks', ['check', 'what it asserts', 'cases', 'measured', 'outcome'], claim.checks.map(checkRow)),
    `<div class="plots">${claim.checks.map(orderPlot).join('')}</div>`,
    table(
      'Negative controls',
      ['mutant', 'what is wrong in it', 'killed by'],
      claim.mutants.list.map(mutantRow),
    ),
    `<p>Again: <code>flatcheck verify --claim ${esc(claim.id)}</code>, or exactly this run: <code class="token">flatcheck verify --replay ${esc(claim.replay)}</code></p>`,
    '</details>',
  ].join('\n');
}
