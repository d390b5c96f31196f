import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { claimSources } from '../../src/cli/verify/sources.js';
import { suite } from '../harness.js';
import { claimsBehind, REGISTRY } from '../registry.js';

const test = suite('properties/registry');

test('every claim is where its id says, under its own id and paper', async () => {
  for (const [id, { paper, module, load }] of REGISTRY.claims) {
    const path = fileURLToPath(module);
    assert.ok(existsSync(path), path);
    assert.ok(path.includes(join('properties', 'claims', paper, id.toLowerCase())), path);
    const claim = await load();
    assert.equal([claim.id, claim.paper], [id, paper]);
  }
});

test('every claim says something, and its objectives are found by name', async () => {
  for (const [id, { load }] of REGISTRY.claims) {
    const { says, tex, source, objectives = [] } = await load();
    assert.ok(says.length > 20 && tex.printed.length > 0 && source.length > 0, id);
    for (const objective of objectives)
      assert.ok((await claimsBehind(objective)).includes(id), `${id} ${objective}`);
  }
});

test('the checks that say they are large are those that run a network of full size when deep', async () => {
  for (const [id, { load }] of REGISTRY.claims) {
    for (const { name, says, large = false } of (await load()).checks)
      assert.is(large, /with --deep: .*ResNet-18.*width 64/.test(says), `${id} ${name}`);
  }
});

test('what claims are made of loads without tfjs', () => {
  const files = claimSources(new URL('../../properties/kit.js', import.meta.url).href).filter(file =>
    file.endsWith('.js'),
  );
  assert.ok(files.length > 20);
  for (const file of files) {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    assert.not.match(source, /from '@tensorflow/, file);
  }
});

test('every experiment is the default export of the file of its name', async () => {
  assert.ok(REGISTRY.experiments.size > 0);
  for (const [name, { module, load }] of REGISTRY.experiments) {
    assert.ok(module.endsWith(`/experiments/${name}.js`), module);
    assert.is((await load()).name, name);
  }
});

test.run();
