import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from '../harness.js';
import { loadClaim } from '../registry.js';

const test = suite('docs/mutations.md');

const text = readFileSync(new URL('../../../docs/mutations.md', import.meta.url), 'utf8');
const rows = [...text.matchAll(/^\| (?!mistake|---)(.+?) \| (.+) \|$/gm)].map(([, mistake, by]) => ({
  mistake: mistake!,
  equivalent: by!.includes('equivalent'),
  by: [...by!.matchAll(/([A-Z]+-\d+) `(\w+)`/g)].map(([, id, name]) => ({ id: id!, name: name! })),
}));

test('every mistake is a negative control of a claim, and said to be equivalent where it is', async () => {
  assert.is(rows.length, 28);
  for (const { mistake, by, equivalent } of rows) {
    assert.ok(by.length > 0, mistake);
    for (const { id, name } of by) {
      const mutant = (await loadClaim(id)).mutants.find(known => known.name === name);
      assert.ok(mutant, `${mistake}: ${id} has no control ${name}`);
      assert.is(mutant.equivalent !== undefined, equivalent, `${mistake}: ${id} ${name}`);
    }
  }
});

test.run();
