/**
 * @file uvu's suite with what uvu lacks: a count of the tests that ran, a time limit, and their names for
 * JUnit.
 */
import { suite as uvuSuite } from 'uvu';
import { times } from './soak.js';

export interface TestRecord {
  readonly suite: string;
  readonly name: string;
  readonly seconds: number;
  readonly failure?: string;
}

/** Every test that ran in this process. */
export const records: TestRecord[] = [];

/** Against tests that hang; no measure of speed. */
const SECONDS = times(300, 7200);

interface Test {
  (name: string, body: () => void | Promise<void>): void;
  run(): void;
}

async function withLimit(body: () => void | Promise<void>, seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`test ran longer than ${seconds} s`)), 1000 * seconds);
  });
  try {
    await Promise.race([body(), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A suite whose tests may each take so many seconds. */
export function suite(name: string, limit = SECONDS): Test {
  const inner = uvuSuite(name);
  const test = (title: string, body: () => void | Promise<void>): void =>
    inner(title, async () => {
      const start = performance.now();
      const seconds = (): number => (performance.now() - start) / 1000;
      try {
        await withLimit(body, limit);
        records.push({ suite: name, name: title, seconds: seconds() });
      } catch (error) {
        const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
        records.push({ suite: name, name: title, seconds: seconds(), failure });
        throw error;
      }
    });
  return Object.assign(test, { run: () => inner.run() });
}
