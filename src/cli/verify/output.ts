/** @file Where a result goes: the flags for it, the same for every command that has one. */

import type { VerifyResult } from '../../claims/result.js';
import { writeAtomic } from '../../formats/atomic.js';
import { claimsDocument } from '../../report/claims-doc.js';
import { findingsDocument } from '../../report/findings-doc.js';
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
  'findings-doc': { type: 'string' },
} as const;

export const OUTPUT_USAGE = `  --json           print the result as one JSON document and nothing else
  --json-file F    write it to F beside the normal output
  --junit F        write JUnit XML to F
  --markdown F     write a Markdown summary to F
  --html F         write one self-contained page to F
  --claims-doc F   write the claims as a document (docs/claims.md is made by this)
  --findings-doc F write what the claims find in the papers (docs/findings.md is made by this)`;

export interface Outputs {
  readonly json?: boolean | undefined;
  readonly 'json-file'?: string | undefined;
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
  readonly html?: string | undefined;
  readonly 'claims-doc'?: string | undefined;
  readonly 'findings-doc'?: string | undefined;
}

/** Writes the files asked for, then prints the JSON or the table. */
export function emit(command: string, result: VerifyResult, outputs: Outputs): void {
  const json = `${JSON.stringify(result, null, 1)}\n`;
  const files: readonly (readonly [string | undefined, (result: VerifyResult) => string])[] = [
    [outputs['json-file'], () => json],
    [outputs.junit, junit],
    [outputs.markdown, markdown],
    [outputs.html, html],
    [outputs['claims-doc'], claimsDocument],
    [outputs['findings-doc'], ({ claims }) => findingsDocument(claims)],
  ];
  for (const [path, format] of files) if (path !== undefined) writeAtomic(command, path, format(result));
  if (outputs.json) process.stdout.write(json);
  else printVerify(result);
}
