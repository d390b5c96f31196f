import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { loadRegistry, type Registry } from '../../src/cli/registry.js';
import { runJobs } from '../../src/cli/verify/pool.js';
import { claimDigest, codeDigest, integrity, vouchedDigest } from '../../src/cli/verify/sources.js';
import { verify } from '../../src/cli/verify/verify.js';
import { InputError } from '../../src/formats/input-error.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { claimEntry } from '../registry.js';

const test = suite('registries', 300);

/**
 * A registry in a folder of its own, of one claim of ours under an id of its own; `helper` is what it
 * imports.
 */
function writeRegistry(folder: string, id: string, helper = '1'): string {
  const url = (name: string): string => pathToFileURL(join(folder, name)).href;
  writeFileSync(join(folder, 'helper.mjs'), `export const helper = ${helper};\n`);
  writeFileSync(
    join(folder, 'claim.mjs'),
    `import './helper.mjs';\nimport claim from ${JSON.stringify(claimEntry('KP-8').module)};\nexport default { ...claim, id: '${id}' };\n`,
  );
  writeFileSync(
    join(folder, 'registry.mjs'),
    `const module = new URL('claim.mjs', import.meta.url).href;
export const claims = [
  { id: '${id}', paper: 'kumar-poole', module, load: async () => (await import(module)).default },
];\n`,
  );
  return url('registry.mjs');
}

const moduleOf = ({ claims }: Registry, id: string): string => claims.get(id)!.module;

test('claims of a registry elsewhere are verified in workers, which read it by themselves', () =>
  inFolder(async folder => {
    const registry = await loadRegistry([writeRegistry(folder, 'OWN-1')]);
    const { passed, claims } = await verify({
      ids: ['OWN-1'],
      registry,
      seed: 1,
      runs: 4,
      check: (await registry.claims.get('OWN-1')!.load()).checks[0]!.name,
      workers: 1,
    });
    assert.equal([passed, claims[0]!.id], [1, 'OWN-1']);
    // and a worker without it does not know the claim
    const error = await errorOf(() => runJobs([{ id: 'OWN-1', seed: 1 }], () => {}, [], 1));
    assert.match(error.message, /worker: the id must be one of .*got 'OWN-1'/);
  }));

test('its digest covers what its module imports, and not where it lies', () =>
  inFolder(one =>
    inFolder(async other => {
      const here = moduleOf(await loadRegistry([writeRegistry(one, 'OWN-2')]), 'OWN-2');
      const there = moduleOf(await loadRegistry([writeRegistry(other, 'OWN-2')]), 'OWN-2');
      assert.is.not(here, there);
      assert.is(claimDigest(here), claimDigest(there));
      const before = claimDigest(there);
      writeRegistry(other, 'OWN-2', '2');
      assert.is.not(claimDigest(there), before);
    }),
  ));

/** What is vouched for beside a claim of the user's that imports a helper and a package of the user's. */
async function vouchedFor(folder: string, helper: string, contents: string) {
  const inside = join(folder, 'node_modules/own');
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, 'package.json'), JSON.stringify({ name: 'own', version: '1.0.0' }));
  writeFileSync(join(inside, 'index.js'), contents);
  const registry = await loadRegistry([writeRegistry(folder, 'OWN-4', `${helper};\nimport 'own'`)]);
  return {
    code: codeDigest(registry),
    own: integrity(registry)['own@1.0.0'],
    digest: vouchedDigest(registry),
  };
}

test('certificates cover the claims of the user, what they import and its packages, and not where they lie', async () => {
  const of = (...[helper, contents]: [string, string]) =>
    inFolder(folder => vouchedFor(folder, helper, contents));
  const first = await of('1', '');
  assert.equal(await of('1', ''), first);
  const helped = await of('2', '');
  assert.is.not(helped.code, first.code);
  assert.is.not(helped.digest, first.digest);
  const patched = await of('1', ' ');
  assert.is(patched.code, first.code);
  assert.is.not(patched.own, first.own);
  assert.is.not(patched.digest, first.digest);
  assert.is.not(codeDigest(await loadRegistry([])), first.code);
});

test('two claims of one id are refused with both modules', () =>
  inFolder(async folder => {
    const url = writeRegistry(folder, 'OWN-3');
    const error = await errorOf(() => loadRegistry([url, url]));
    assert.ok(error instanceof InputError);
    assert.match(
      error.message,
      /the id of a claim must be listed once, got 'OWN-3' from file:.*claim\.mjs and from/,
    );
  }));

test.run();
