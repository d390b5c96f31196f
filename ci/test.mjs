// `npm test`: unit tests and all claims under uvu, with coverage of the unit tests and thresholds by folder; then the gate.
// `npm test -- --without-claims`: a few cases of each claim, no gate; for more versions of Node than the one that verifies.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { relative, sep } from 'node:path';

/** Percent of lines, branches and functions that each folder must have covered. */
const THRESHOLDS = {
  'src/claims': 95,
  'src/theory': 95,
  'src/studies': 90,
  'src/core': 95,
  'src/engine': 90,
  'src/formats': 90,
  'src/train': 90,
  'src/vectors': 90,
  'src/report': 90,
  'src/gate': 90,
  'src/cli': 90,
};
const SUMMARY = 'coverage/coverage-summary.json';

rmSync('coverage', { recursive: true, force: true });
const tests = spawnSync(
  process.execPath,
  [
    'node_modules/c8/bin/c8.js',
    ...[
      '--all',
      '--src',
      'bin',
      '--src',
      'src',
      '--include',
      'bin/**',
      '--include',
      'src/**',
      '--exclude-after-remap',
    ],
    ...['--reporter', 'json-summary', '--reporter', 'lcovonly'],
    ...[process.execPath, 'dist/tests/all.js', ...process.argv.slice(2)],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28 },
);
process.stdout.write(tests.stdout);
const counts = /(\d+) passed, (\d+) failed\s*$/.exec(tests.stdout);
if (!counts) console.error('tests: the runner ended without its closing line');
let passed = counts ? Number(counts[1]) : 0;
let failed = counts ? Number(counts[2]) : 1;
if (tests.status !== 0 && failed === 0) failed = 1;

let summary = {};
try {
  summary = JSON.parse(readFileSync(SUMMARY, 'utf8'));
} catch (error) {
  console.error(`coverage: ${SUMMARY} cannot be read: ${error.message}`);
}
/** A file of types alone has no code that could run; the compiler leaves an empty module of it. */
const hasCode = path => {
  const compiled = readFileSync(`dist/${path.replace(/\.ts$/, '.js')}`, 'utf8');
  return compiled.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').trim() !== 'export {};';
};
const files = Object.entries(summary)
  .map(([path, of]) => [relative('.', path).split(sep).join('/'), of])
  .filter(([path]) => !path.endsWith('.ts') || path.endsWith('.d.ts') || hasCode(path));
for (const [folder, least] of Object.entries(THRESHOLDS)) {
  const inside = files.filter(([path]) => path.startsWith(`${folder}/`));
  const percent = kind => {
    const sum = field => inside.reduce((total, [, of]) => total + of[kind][field], 0);
    return sum('total') === 0 ? 0 : (100 * sum('covered')) / sum('total');
  };
  const kinds = ['lines', 'branches', 'functions'].map(kind => [kind, percent(kind)]);
  const low = kinds.filter(([, value]) => value < least);
  console.log(
    `coverage ${folder}: ${kinds.map(([kind, value]) => `${kind} ${value.toFixed(1)} %`).join(', ')}${low.length > 0 ? ` - must be at least ${least} %` : ''}`,
  );
  if (low.length > 0) failed++;
  else passed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
