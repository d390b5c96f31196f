/** @file Runs the unit tests: `node dist/tests/run.js [part of a path | folder/]...`; fails when none ran. */
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
// the programs that tests start inherit its silence
import '../src/engine/onnx/runtime.js';

// uvu starts by itself unless told to wait; we load every file first, then run them in order.
const queue: unknown[][] = [];
Object.assign(globalThis, { UVU_DEFER: 1, UVU_QUEUE: queue });

// This process is measured already where coverage is asked for; its children would each leave 20 MB of it, to
// no use but for the command line, whose workers and launched runs are programs of their own.
if (!process.argv.includes('cli/')) delete process.env.NODE_V8_COVERAGE;

const { exec } = await import('uvu');
const { records } = await import('./harness.js');

const root = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.test.js'))
  .map(file => file.split(sep).join('/'))
  .filter(
    file =>
      wanted.length === 0 ||
      wanted.some(part => (part.endsWith('/') ? file.startsWith(part) : file.includes(part))),
  )
  .sort()
  // the claims run beside the others, so they are asked for last
  .sort((a, b) => Number(a === 'claims.test.js') - Number(b === 'claims.test.js'));

for (const [index, file] of files.entries()) {
  Object.assign(globalThis, { UVU_INDEX: index });
  queue[index] = [file];
  await import(pathToFileURL(join(root, file)).href);
}
await exec();

const failed = records.filter(record => record.failure !== undefined).length;
if (records.length === 0) {
  console.error(`tests: no test ran${wanted.length > 0 ? ` for ${wanted.join(', ')}` : ''}`);
  process.exitCode = 1;
}
console.log(`${records.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
