/**
 * @file The style of our pages and the one script of the claims' page, kept inside them: they must open
 * without a network.
 */
/** Colours, text, badges, tables and figures of every page. */
export const BASE = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de; --soft: #f3f5f7; --good: #116329; --bad: #a40e26; --warn: #7d4e00; --mark: #0550ae; --theory: #8250df; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #3d444d; --soft: #161b22; --good: #56d364; --bad: #ff7b72; --warn: #e3b341; --mark: #79c0ff; --theory: #d2a8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); overflow-wrap: break-word; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h4 { font-size: .85rem; margin: 0; font-weight: 600; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.badge { font-size: .8rem; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; white-space: nowrap; }
.badge.pass { color: var(--good); } .badge.fail, td.fail { color: var(--bad); } .badge.inconclusive, .badge.refuted, .badge.conditional { color: var(--warn); }
.wide, .formula { overflow-x: auto; } .formula { margin: .5rem 0; padding: .5rem .75rem; background: var(--soft); border-radius: 4px; } math { font-size: 1.1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: .75rem 0; } caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; min-width: 4rem; } pre { white-space: pre-wrap; margin: .25rem 0; }
code { font-size: .85em; background: var(--soft); padding: 0 .25rem; border-radius: 3px; } .token { word-break: break-all; }
td.number, th.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; flex: 1 1 20rem; max-width: 34rem; } figcaption { font-size: .85rem; } figcaption strong { display: block; }
svg { width: 100%; height: auto; } svg text { font-family: system-ui, sans-serif; } svg .ink { fill: var(--ink); } svg .grid { stroke: var(--line); } svg .frame, svg .tick { stroke: var(--ink); } svg .hollow { fill: var(--paper); }
@media (max-width: 44rem) {
  thead { position: absolute; clip-path: inset(50%); }
  table, caption, tbody, tr, th, td { display: block; width: 100%; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; } th[scope=row], td { border: 0; padding: .1rem 0; }
  td[data-label]::before { content: attr(data-label) ': '; color: var(--warn); }
}
`;

export const STYLE = `${BASE}
form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; padding: .75rem; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; }
label { display: grid; gap: .2rem; font-size: .85rem; } input, select { font: inherit; padding: .25rem .5rem; max-width: 100%; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 4px; }
.claim { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: 0 .75rem; } .claim[open] { padding-bottom: .75rem; }
.claim[hidden] { display: none; }
summary { display: flex; flex-wrap: wrap; gap: .25rem .75rem; padding: .6rem 0; cursor: pointer; align-items: baseline; }
summary .id { font-weight: 600; min-width: 6rem; } summary .says { flex: 1 1 16rem; }
@media (max-width: 44rem) { summary .says { flex-basis: 100%; order: 3; } }
`;

export const SCRIPT = `
const form = document.querySelector('form');
const count = document.querySelector('#shown');
function apply() {
  const { text, outcome, verdict } = Object.fromEntries(new FormData(form));
  let shown = 0;
  for (const claim of document.querySelectorAll('.claim')) {
    const fits = claim.dataset.text.includes(text.toLowerCase()) && (!outcome || claim.dataset.outcome === outcome) && (!verdict || claim.dataset.verdict === verdict);
    claim.hidden = !fits;
    if (fits) shown++;
  }
  for (const section of document.querySelectorAll('section')) section.hidden = !section.querySelector('.claim:not([hidden])');
  count.textContent = shown + ' shown';
}
form.hidden = false;
form.addEventListener('input', apply);
form.addEventListener('submit', event => event.preventDefault());
`;
