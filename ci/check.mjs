// `npm run check`: format, lint, types, import rules, unused code. Runs all and fails if one does.
import { spawnSync } from 'node:child_process';

const steps = [
  ['format and lint', 'biome', ['ci', '--error-on-warnings', '.']],
  ['types', 'tsc', ['-p', '.', '--noEmit', '--incremental', 'false']],
  ['import rules', 'node', ['ci/rooms.mjs']],
  ['unused code', 'knip', []],
];

const failed = steps.filter(([name, command, args]) => {
  console.log(`\n# ${name}`);
  const [program, first] = command === 'node' ? [process.execPath, []] : ['npx', ['--no-install', command]];
  return spawnSync(program, [...first, ...args], { stdio: 'inherit' }).status !== 0;
});
console.log(
  failed.length === 0 ? '\ncheck: all fine' : `\ncheck failed: ${failed.map(([name]) => name).join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
