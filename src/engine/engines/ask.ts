/**
 * @file Measuring an engine in a process of its own: creating a GPU session may end the process instead of
 * throwing.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineName, Measurement } from './measure.js';

/** What a probe prints as its last line, as JSON. */
export type Answer = { readonly measurement: Measurement } | { readonly error: string };

export const firstLine = (text: string): string => text.trim().split('\n')[0]!;

function parse(stdout: string): Answer {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Answer;
  } catch {
    return { error: 'the probe ended without an answer' };
  }
}

/** Runs `node script name`; a crash or no answer within the time is an error like any other. */
export function ask(script: URL, name: EngineName, seconds = 180): Promise<Answer> {
  const limits = { timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 } as const;
  return new Promise(resolve => {
    execFile(process.execPath, [fileURLToPath(script), name], limits, (error, stdout, stderr) => {
      if (error === null) resolve(parse(stdout));
      else if (error.killed === true) resolve({ error: `no answer within ${seconds} s` });
      else
        resolve({
          error: `the probe ended with ${error.signal ?? `exit code ${error.code}`}: ${firstLine(stderr)}`,
        });
    });
  });
}
