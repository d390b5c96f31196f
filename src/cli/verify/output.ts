/** @file Where a result goes: the flags for it, the same for every command that has one. */
import { resolve } from 'node:path';
import type { VerifyResult } from '../../claims/result.js';
import { checkFileToWrite, writeAtomic } from '../../formats/atomic.js';
import { claimsDocument } from '../../report/claims-doc.js';
import { findingsDocument } from '../../report/findings-doc.js';
import { html } from '../../report/html/page.js';
import { junit } from '../../report/junit.js';
import { markdown } from '../../report/markdown.js';
import { attempt, combined, EXIT, type ExitCode, UsageError } from '../exit.js';
import { printVerify } from './print.js';

export const OUTPUT_OPTIONS = {
  json: { type: 'boolean' },
  'json-file': { type: 'string' },
  junit: { type: 'string' },
  markdown: { type: 'string' },
  html: { type: 'string' },
  'claims-doc': { type: 'string' },
  'findings-doc': { type: 'string' },
} as const;

export const OUTPUT_USAGE = `  --json           print the result as one JSON document and nothing else
  --json-file F    write it to F beside the normal output
  --junit F        write JUnit XML to F
  --markdown F     write a Markdown summary to F
  --html F         write one self-contained page to F
  --claims-doc F   write the claims as a document (docs/claims.md is made by this)
  --findings-doc F write what the claims find in the papers (docs/findings.md is made by this)`;

const asJson = (result: VerifyResult): string => `${JSON.stringify(result, null, 1)}\n`;

export interface Outputs {
  readonly json?: boolean | undefined;
  readonly 'json-file'?: string | undefined;
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
  readonly html?: string | undefined;
  readonly 'claims-doc'?: string | undefined;
  readonly 'findings-doc'?: string | undefined;
}

const FILES: Readonly<Record<Exclude<keyof Outputs, 'json'>, (result: VerifyResult) => string>> = {
  'json-file': asJson,
  junit,
  markdown,
  html,
  'claims-doc': claimsDocument,
  'findings-doc': ({ claims }) => findingsDocument(claims),
};

/** The files asked for, each with its flag. */
const filesOf = (outputs: Outputs) =>
  Object.entries(FILES).flatMap(([flag, format]) => {
    const path = outputs[flag as keyof typeof FILES];
    return path === undefined ? [] : [{ flag, path, format }];
  });

/**
 * Refuses, before any work, outputs that cannot be written, or of which one would replace another or an
 * input.
 */
export function checkOutputs(command: string, outputs: Outputs, inputs: readonly string[] = []): void {
  const taken = new Map(inputs.map(path => [resolve(path), 'is read by this command']));
  for (const { flag, path } of filesOf(outputs)) {
    checkFileToWrite(`${command} --${flag}`, path);
    const why = taken.get(resolve(path));
    if (why !== undefined)
      throw new UsageError(`${command}: --${flag} must be a file of its own, got '${path}', which ${why}`);
    taken.set(resolve(path), `is written by --${flag}`);
  }
}

/**
 * Writes the files asked for. What cannot be written is said, and keeps no other from being written; the exit
 * code tells.
 */
export async function writeOutputs(
  command: string,
  result: VerifyResult,
  outputs: Outputs,
): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  for (const { path, format } of filesOf(outputs))
    codes.push(await attempt(() => writeAtomic(command, path, format(result))));
  return combined(EXIT.fine, ...codes);
}

/** Writes the files asked for, then prints the JSON or the table. */
export async function emit(command: string, result: VerifyResult, outputs: Outputs): Promise<ExitCode> {
  const code = await writeOutputs(command, result, outputs);
  if (outputs.json) process.stdout.write(asJson(result));
  else printVerify(result);
  return code;
}
