/** @file Reading back JSON files that this program wrote: whole, against their schema in schemas/. */
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { readText } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { parseJson, show } from '../../formats/json.js';

const MOST_BYTES = 1 << 28;

const ajv = new Ajv({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  discriminator: true,
  verbose: true,
});

const compiled = new Map<string, ValidateFunction>();

function validator(schema: string): ValidateFunction {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    const file = new URL(`../../../../schemas/${schema}.schema.json`, import.meta.url);
    validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    compiled.set(schema, validate);
  }
  return validate;
}

/** Infinity has no JSON: `show` would call it null. */
const text = (value: unknown): string => (typeof value === 'number' ? String(value) : show(value));

function said({ instancePath, message, params, data }: ErrorObject): string {
  const more = 'additionalProperty' in params ? ` '${String(params.additionalProperty)}'` : '';
  return `${instancePath || 'the document'} ${message}${more}, got ${text(data)}`;
}

/**
 * What one of our files holds.
 * @param schema - name of its schema in schemas/
 * @param what - what the file should be, for a person
 * @throws InputError naming the place in the file that is not as it should be
 */
export function readOwnFile<T>(command: string, path: string, schema: string, what: string): T {
  const value = parseJson(readText(command, path, MOST_BYTES), path);
  const validate = validator(schema);
  if (validate(value)) return value as T;
  const [error] = validate.errors!;
  validate.errors = null; // it holds the whole document
  throw new InputError(`${command}: ${path} is no ${what}: ${said(error!)}`);
}
