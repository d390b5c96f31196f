/** @file Where a result goes: the flags for it, the same for every command that has one. */

import type { VerifyResult } from '../../claims/result.js';
import { writeAtomic } from '../../formats/atomic.js';
import { claimsDocument } from '../../report/claims-doc.js';
import { html } from '../../report/html/page.js';
import { junit } from '../../report/junit.js';
import { markdown } from '../../report/markdown.js';
import { printVerify } from './print.js';

export const OUTPUT_OPTIONS = {
  json: { type: 'boolean' },
  'json-file': { type: 'string' },
  junit: { type: 'string' },
  markdown: { type: 'string' },
  html: { type: 'string' },
  'claims-doc': { type: 'string' },
} as const;

export const OUTPUT_USAGE = `  --json           print the result as one JSON document and nothing else
  --json-file F    write it to F beside the normal output
  --junit F        write JUnit XML to F
  --markdown F     write a Markdown summary to F
  --html F         write one self-contained page to F
  --claims-doc F   write the claims as a document (docs/claims.md is made by this)`;

export interface Outputs {
  readonly json?: boolean | undefined;
  readonly 'json-file'?: string | undefined;
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
  readonly html?: string | undefined;
  readonly 'claims-doc'?: string | undefined;
}

const jsonOf = (result: VerifyResult): string => `${JSON.stringify(result, null, 1)}\n`;

/** Writes the files asked for. */
export function writeOutputs(command: string, result: VerifyResult, outputs: Outputs): void {
  const files: readonly (readonly [string | undefined, (result: VerifyResult) => string])[] = [
    [outputs['json-file'], jsonOf],
    [outputs.junit, junit],
    [outputs.markdown, markdown],
    [outputs.html, html],
    [outputs['claims-doc'], claimsDocument],
  ];
  for (const [path, format] of files) if (path !== undefined) writeAtomic(command, path, format(result));
}

/** Writes the files asked for, then prints the JSON or the table. */
export function emit(command: string, result: VerifyResult, outputs: Outputs): void {
  writeOutputs(command, result, outputs);
  if (outputs.json) process.stdout.write(jsonOf(result));
  else printVerify(result);
}
