// node ci/quotes.mjs FOLDER: every quotation of the findings must stand in its paper's text (FOLDER/<paper>.txt), letters and
// digits compared, so that hyphenation and spacing of a text made from a PDF do not count. The texts are not part of the project.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('quotes: usage: node ci/quotes.mjs FOLDER (with samba.txt, ujvary.txt, ...)');
  process.exit(2);
}
if (!existsSync(folder)) {
  console.log(`SKIPPED: the quotations were NOT compared with the papers, there is no folder ${folder}`);
  process.exit(0);
}
const { CLAIM_IDS, loadClaim } = await import('../dist/tests/registry.js');

const FILES = {
  samba: 'samba.txt',
  ujvary: 'ujvary.txt',
  'kumar-poole': 'kumar-poole.txt',
  vgr: 'vgr.txt',
  rae: 'rae-summary.txt',
};
const folded = text =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

const texts = Object.fromEntries(
  Object.entries(FILES).map(([paper, file]) => [paper, folded(readFileSync(join(folder, file), 'utf8'))]),
);
/** Whether the parts of a quotation, which [...] separates, stand in the text in this order. */
function stands(quote, text) {
  let at = 0;
  for (const part of quote.split(/\[\.\.\.\]|\[…\]/).map(folded)) {
    const found = part === '' ? at : text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

let found = 0;
const missing = [];
for (const id of CLAIM_IDS) {
  const { paper, findings = [] } = await loadClaim(id);
  for (const { quote, asRead } of findings)
    if (asRead || stands(quote, texts[paper])) found++;
    else missing.push(`${id}: ${quote}`);
}
for (const line of missing) console.error(`not in its paper: ${line}`);
console.log(`quotations: ${found} found, ${missing.length} not found`);
process.exitCode = missing.length === 0 && found > 0 ? 0 : 1;
