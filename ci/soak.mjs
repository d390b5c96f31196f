// `npm run soak`: 100,000 damaged files for each reader, and a training run killed 50 times; takes a good while.
import { spawnSync } from 'node:child_process';

const env = { ...process.env, FLATCHECK_SOAK: '1' };
const parts = process.argv.length > 2 ? process.argv.slice(2) : ['fuzz', 'kill'];
process.exitCode =
  spawnSync(process.execPath, ['dist/tests/run.js', ...parts], { stdio: 'inherit', env }).status ?? 1;
