// node ci/local.mjs [SHARDS]: what several machines of a CI would do with shards, on one: every shard, the merge, the reports, the gate.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLATCHECK } from './flatcheck.mjs';

const count = Number(process.argv[2] ?? 3);
if (!Number.isInteger(count) || count < 1 || process.argv.length > 3) {
  console.error(
    `local: usage: node ci/local.mjs [SHARDS] (a positive integer, got '${process.argv.slice(2).join(' ')}')`,
  );
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'flatcheck-shards-'));
const node = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status;
for (let index = 1; index <= count; index++)
  node(
    FLATCHECK,
    'verify',
    '--shard',
    `${index}/${count}`,
    '--json-file',
    join(folder, `shard-${index}.json`),
  );
process.exitCode = node('ci/gate.mjs', folder, 'report');
