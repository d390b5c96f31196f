/** @file The tables of docs/training.md: objectives with their losses and keys, from their list. */
import type { Field } from '../core/objectives/fields.js';
import { AUTOENCODER_OBJECTIVES } from '../core/objectives/list.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.map(cell).join(' | ')} |`);

function objectives(): string[] {
  const rows = AUTOENCODER_OBJECTIVES.map(({ name, loss, needs, hyper }) => {
    const marks = [...(needs.jacobian ? ['J'] : []), ...(needs.logits ? ['L'] : [])];
    const marked = marks.length > 0 ? `${loss} (${marks.join(', ')})` : loss;
    return [`\`${name}\``, marked, Object.keys(hyper).join(', ')];
  });
  return table(['name', 'loss', 'keys'], rows);
}

const MUST: Readonly<Record<Field['kind'], string>> = {
  weight: 'not negative',
  nonNegative: 'not negative',
  positive: 'positive',
  count: 'a positive integer',
  reconstruction: '`"sum"`, `"half"` or `"mean"`',
  variance: '`"learned"` or `{"fixed": alpha^2}`',
  learned: '`"learned"`',
  oneOf: 'one of',
};

const must = (field: Field): string =>
  field.kind === 'oneOf' ? field.choices.join(' or ') : MUST[field.kind];

/** Every key once for each thing it may be. */
function keys(): string[] {
  const rows = new Map<string, readonly string[]>();
  for (const { hyper } of AUTOENCODER_OBJECTIVES)
    for (const [key, field] of Object.entries<Field>(hyper)) {
      const row = [`\`${key}\``, must(field), field.says];
      rows.set(row.join(), row);
    }
  return table(
    ['key', 'must be', 'what it is'],
    [...rows.values()].sort((a, b) => (a[0]! < b[0]! ? -1 : 1)),
  );
}

const BEGIN = '<!-- from the list of objectives: npm run derive -->';
const END = '<!-- end -->';

/** The document with the tables of the list in place of those that it has. */
export function withObjectiveTables(document: string): string {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs: the document must have "${BEGIN}" and "${END}"`);
  const tables = ['', ...objectives(), '', ...keys(), ''].join('\n');
  return `${document.slice(0, from)}${BEGIN}\n${tables}\n${document.slice(to)}`;
}
