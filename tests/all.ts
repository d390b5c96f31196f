/**
 * @file Runs all unit tests, a process for each folder, two at a time, and adds up what they say; then the
 * gate, with the results of those tests. `--without-claims`: a few cases of each claim instead of all, and no
 * gate.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from '../src/cli/command-line.js';
import { ENTRY } from './cli/run.js';
import { CLAIMS_FILE, FEW, RESULTS, VECTORS_FILE } from './gate-files.js';

const RUN = fileURLToPath(new URL('run.js', import.meta.url));
const REPORT = fileURLToPath(new URL('../../report/', import.meta.url));
const BASELINE = fileURLToPath(new URL('../../golden/baseline.json', import.meta.url));
const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** What takes longest comes first; the claims have processes of their own beside. */
const FIRST = ['claims.test.js', 'train/', 'cli/', 'large/', 'experiments/', 'engine/'];

const entries = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => file.endsWith('.test.js'));
const found = [...new Set(entries.map(file => (file.includes('/') ? `${file.split('/')[0]}/` : file)))];
const queue = [...FIRST.filter(part => found.includes(part)), ...found.filter(part => !FIRST.includes(part))];

const few = process.argv[2] === '--without-claims';
if (process.argv.length > (few ? 3 : 2)) {
  console.error(`tests: the only option is --without-claims, got '${process.argv.slice(2).join(' ')}'`);
  process.exit(2);
}
// results of an earlier run must not pass for those of this one
rmSync(REPORT, { recursive: true, force: true });
mkdirSync(REPORT, { recursive: true });

const counts = { passed: 0, failed: 0 };

/** One folder; its output is printed when it has ended, so that folders do not mix. */
function runPart(part: string): Promise<void> {
  const began = performance.now();
  const child = spawn(process.execPath, [RUN, part], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [RESULTS]: REPORT, ...(few && { [FEW]: '1' }) },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => {
      const text = Buffer.concat(chunks).toString();
      const closing = /(\d+) passed, (\d+) failed\s*$/.exec(text);
      const [passed, failed] = closing ? [Number(closing[1]), Number(closing[2])] : [0, 1];
      counts.passed += passed;
      counts.failed += failed > 0 || code === 0 ? failed : 1;
      console.log(text.replace(/\d+ passed, \d+ failed\s*$/, ''));
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      console.log(`# ${part} ${seconds} s${closing ? '' : ': ended without its closing line'}\n`);
      resolve();
    });
  });
}

await Promise.all(
  Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
    for (let part = queue.shift(); part !== undefined; part = queue.shift()) await runPart(part);
  }),
);
if (!few) {
  const at = (name: string): string => join(REPORT, name);
  const began = performance.now();
  console.log('the gate: golden/baseline.json');
  const files = ['--current', at(CLAIMS_FILE), '--vectors', at(VECTORS_FILE)];
  const code = await commandLine(['gate', '--baseline', BASELINE, ...files], ENTRY);
  counts[code === 0 ? 'passed' : 'failed']++;
  console.log(
    `# gate ${((performance.now() - began) / 1000).toFixed(1)} s: ${code === 0 ? 'open' : 'SHUT'}\n`,
  );
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
