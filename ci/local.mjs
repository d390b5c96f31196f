// node ci/local.mjs [SHARDS]: what the CI does with its shards, on one machine: every shard, the merge, the reports, the gate.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLATCHECK } from './flatcheck.mjs';

const count = Number(process.argv[2] ?? 3);
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
