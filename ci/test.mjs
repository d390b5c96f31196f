// `npm test`: unit tests and all claims under uvu, with coverage of the unit tests and thresholds by folder.
import { spawnSync } from 'node:child_process';

const THRESHOLDS = [
  ['src/theory', 95],
  ['src/core', 95],
  ['src/engine', 90],
  ['src/formats', 90],
  ['src/train', 90],
  ['src/report', 90],
  ['src/cli', 90],
];

const c8 = args =>
  spawnSync('npx', ['--no-install', 'c8', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
const sources = ['--src', 'src', '--include', 'src/**', '--exclude-after-remap'];

const tests = spawnSync(
  'npx',
  [
    '--no-install',
    'c8',
    ...sources,
    '--all',
    '--reporter',
    'json-summary',
    '--reporter',
    'lcovonly',
    'node',
    'dist/tests/run.js',
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28 },
);
process.stdout.write(tests.stdout);
const counts = /(\d+) passed, (\d+) failed\s*$/.exec(tests.stdout);
let [passed, failed] = counts ? [Number(counts[1]), Number(counts[2])] : [0, 1];
if (!counts) console.error('tests: the runner ended without its closing line');
if (tests.status !== 0 && failed === 0) failed = 1;

for (const [folder, percent] of THRESHOLDS) {
  const report = c8([
    'check-coverage',
    ...['--src', 'src', '--include', `${folder}/**`, '--exclude-after-remap'],
    ...['--lines', percent, '--branches', percent, '--functions', percent].map(String),
  ]);
  const ok = report.status === 0;
  console.log(
    `coverage ${folder}: ${ok ? `at least ${percent} % of lines, branches and functions` : report.stdout.trim()}`,
  );
  if (ok) passed++;
  else failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
