/**
 * @file JSON files that this program wrote itself: checked whole, against their schema and the digest that
 * they carry.
 */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { refuseOther, writeJson } from '../formats/atomic.js';
import { readText, sha256 } from '../formats/files.js';
import { InputError } from '../formats/input-error.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { canonical } from './canonical.js';

/** Definitions in schemas/run.schema.json. */
type Kind =
  | 'provenance'
  | 'result'
  | 'final'
  | 'timing'
  | 'metrics'
  | 'computed'
  | 'computedProvenance'
  | 'experiment'
  | 'experimentResult';

const ID = 'urn:flatcheck:run:1';
const MOST_BYTES = 1 << 28;

let ajv: Ajv | undefined;
const compiled = new Map<Kind, ValidateFunction>();

function validatorOf(kind: Kind): ValidateFunction {
  const known = compiled.get(kind);
  if (known !== undefined) return known;
  if (ajv === undefined) {
    const file = new URL('../../../schemas/run.schema.json', import.meta.url);
    ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true });
    ajv.addSchema(JSON.parse(readFileSync(file, 'utf8')) as object);
  }
  const validate = ajv.getSchema(`${ID}#/$defs/${kind}`);
  if (validate === undefined) throw new Error(`own files: the schema must define ${kind}, got none - add it`);
  compiled.set(kind, validate);
  return validate;
}

/**
 * The value, if it is what the schema says; `where` names the file, `todo` what to do about a damaged one.
 */
export function conform(kind: Kind, value: unknown, where: string, todo = 'choose another folder'): unknown {
  const validate = validatorOf(kind);
  if (validate(value)) return value;
  const { instancePath, message, params } = validate.errors![0]!;
  const at = instancePath === '' ? '' : `${instancePath.slice(1)} `;
  const words = String(message).replace('constant', JSON.stringify(params.allowedValue));
  throw new InputError(
    `${where} ${at}${words}, got ${show(valueAt(value, instancePath))} - it was changed; ${todo}`,
  );
}

const valueAt = (value: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (inner, key) => (Array.isArray(inner) ? inner[Number(key)] : isObject(inner) ? inner[key] : undefined),
      value,
    );

const digestOf = (value: object): string => sha256(canonical(value));

/** Writes a value with the digest of itself. */
export const writeOwn = (what: string, path: string, value: object): void =>
  writeJson(what, path, sealed(value));

export const sealed = (value: object): object => ({ ...value, sha256: digestOf(value) });

export interface OwnFile {
  /** The command, in errors. */
  readonly what: string;
  readonly kind: Kind;
  /** What to do about a damaged one. */
  readonly todo?: string;
}

/** What `writeOwn` wrote, or undefined where there is nothing yet. */
export function readOwn<T>(
  path: string,
  { what, kind, todo = 'choose another folder' }: OwnFile,
): T | undefined {
  refuseOther(what, path);
  if (!existsSync(path)) return undefined;
  const where = `${what}: ${path}`;
  const value = parseJson(readText(what, path, MOST_BYTES), where);
  if (!isObject(value) || value.schema !== 1)
    throw new InputError(
      `${where} must have schema 1, got ${show(isObject(value) ? value.schema : value)} - it was changed; ${todo}`,
    );
  const { sha256: claimed, ...rest } = conform(kind, value, where, todo) as Readonly<Record<string, unknown>>;
  const own = digestOf(rest);
  if (own !== claimed)
    throw new InputError(
      `${where} must hold what was written, with SHA-256 ${show(claimed)}, got "${own}" - it was changed; ${todo}`,
    );
  return rest as T;
}
