// node ci/gate.mjs SHARDS REPORT: merges the shards' results in one folder, checks the vectors, writes every report to the
// other, asks the gate. For machines that share the claims; `npm test` does the same on one (see CONTRIBUTING.md).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLATCHECK } from './flatcheck.mjs';

const [shards, report] = process.argv.slice(2);
if (shards === undefined || report === undefined) {
  console.error('gate: usage: node ci/gate.mjs SHARDS REPORT (two folders)');
  process.exit(2);
}
const flatcheck = (...args) => spawnSync(process.execPath, [FLATCHECK, ...args], { stdio: 'inherit' }).status;

mkdirSync(report, { recursive: true });
const files = readdirSync(shards).filter(name => name.endsWith('.json'));
const merged = join(report, 'report.json');
const outputs = [
  '--json-file',
  merged,
  '--junit',
  join(report, 'junit.xml'),
  '--markdown',
  join(report, 'summary.md'),
];
const verified = flatcheck(
  'merge',
  ...files.map(name => join(shards, name)),
  ...outputs,
  '--html',
  join(report, 'report.html'),
);
const vectors = join(report, 'vectors.json');
const checked = spawnSync(process.execPath, [FLATCHECK, 'vectors', 'check', 'golden/vectors', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  maxBuffer: 1 << 28,
});
writeFileSync(vectors, checked.stdout);
// Without a merged report there is nothing to compare.
const gated =
  verified === 0 || verified === 1 || verified === 3
    ? flatcheck('gate', '--baseline', 'golden/baseline.json', '--current', merged, '--vectors', vectors)
    : 0;
process.exitCode = verified || checked.status || gated;
