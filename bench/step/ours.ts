/**
 * @file Our side of `bench step`, a process of its own: a job on stdin, then commands; one JSON line each
 * (see torch_step.py).
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openRunner } from '../../src/train/open-runner.js';
import { type Job, readJob } from './job.js';

const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

/** The most memory this process has held, in bytes. */
function peak(): number {
  try {
    return 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job = JSON.parse((await lines.next()).value as string) as Job;

/** What was read is gone afterwards, but for the batch. */
async function open() {
  const { model, start, batch } = readJob(job);
  const options = { engine: 'onnx-cpu', threads: job.threads, batchSize: job.batch, measures: {} } as const;
  return { runner: await openRunner(model, start, options), batch };
}

const { runner, batch } = await open();
say({ ready: true });
for await (const line of { [Symbol.asyncIterator]: () => lines }) {
  if ((JSON.parse(line) as { do: string }).do === 'peak') {
    say({ bytes: peak() });
    continue;
  }
  const wall = performance.now();
  const before = process.cpuUsage();
  const { loss } = await runner.step(batch, job.rate);
  const { user, system } = process.cpuUsage(before);
  say({ seconds: (performance.now() - wall) / 1e3, processor: (user + system) / 1e6, loss });
}
await runner.close();
