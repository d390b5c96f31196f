/** @file Reading back what `flatcheck verify --json-file` wrote. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { VerifyResult } from '../../claims/result.js';
import { readText } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { parseJson } from '../../formats/json.js';

const MOST_BYTES = 1 << 28;

const schema: unknown = JSON.parse(
  readFileSync(new URL('../../../../schemas/result.schema.json', import.meta.url), 'utf8'),
);

const validate = new Ajv({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
}).compile<VerifyResult>(schema as object);

/** @throws InputError naming the place in the file that is no result of schema 1 */
export function readResult(command: string, path: string): VerifyResult {
  const value = parseJson(readText(command, path, MOST_BYTES), path);
  if (validate(value)) return value;
  const error = validate.errors![0]!;
  throw new InputError(
    `${command}: ${path} is no result of 'flatcheck verify --json-file': ${error.instancePath || 'the document'} ${error.message}`,
  );
}
