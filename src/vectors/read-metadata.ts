/** @file Reading the metadata of a vector, which is not to be trusted. */
import { InputError } from '../formats/input-error.js';
import { isObject, parseJson, show } from '../formats/json.js';
import {
  type AutoencoderNet,
  type ClassifierNet,
  DESCRIPTIONS,
  type FieldKind,
  type Label,
  type Metadata,
  type Model,
  VECTOR_ACTIVATIONS,
  VECTOR_OBJECTIVES,
  VECTOR_VERSION,
  type VectorActivation,
  type VectorObjectiveName,
} from './metadata.js';

/** More layers than this in one list are refused: every one of them becomes operations of a graph. */
const MOST_LAYERS = 24;

type Fields = Readonly<Record<string, unknown>>;

/** Throws one error that names the rule, the value and the file. */
export type Fail = (rule: string, got: unknown, todo?: string) => never;

export const failing =
  (file: string): Fail =>
  (rule, got, todo = 'see docs/vectors.md') => {
    throw new InputError(
      `vector: ${rule}, got ${typeof got === 'string' ? got : show(got)} (${file}) - ${todo}`,
    );
  };

const among = <T extends string>(known: readonly T[], value: unknown): value is T =>
  known.some(name => name === value);

function oneOf<T extends string>(known: readonly T[], what: string, value: unknown, fail: Fail): T {
  return among(known, value) ? value : fail(`${what} must be one of ${known.join(', ')}`, show(value));
}

function only(what: string, fields: Fields, known: readonly string[], fail: Fail): void {
  for (const name of known)
    if (!Object.hasOwn(fields, name)) fail(`${what} must have a field "${name}"`, show(fields));
  for (const name of Object.keys(fields))
    if (!known.includes(name))
      fail(`${what} must have the fields ${known.join(', ')} and no others`, `"${name}"`);
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;

function sizes(what: string, value: unknown, least: number, fail: Fail): readonly number[] {
  if (!Array.isArray(value) || value.length < least || !value.every(isSize))
    return fail(`${what} must be a list of at least ${least} positive integers`, show(value));
  if (value.length > MOST_LAYERS)
    return fail(`${what} must have at most ${MOST_LAYERS} entries`, value.length);
  return value;
}

const activation = (net: Fields, fail: Fail): VectorActivation =>
  oneOf(VECTOR_ACTIVATIONS, 'net.activation', net.activation, fail);

function readAutoencoder(net: Fields, fail: Fail): AutoencoderNet {
  only('net', net, ['kind', 'encoder', 'latent', 'decoder', 'activation', 'output'], fail);
  const encoder = sizes('net.encoder', net.encoder, 1, fail);
  const decoder = sizes('net.decoder', net.decoder, 2, fail);
  const { latent } = net;
  if (!isSize(latent)) return fail('net.latent must be a positive integer', show(latent));
  if (decoder[0] !== latent || decoder.at(-1) !== encoder[0])
    fail(
      `net.decoder must go from ${latent} (net.latent) to ${encoder[0]} (the first of net.encoder)`,
      decoder,
    );
  return {
    kind: 'autoencoder',
    encoder,
    latent,
    decoder,
    activation: activation(net, fail),
    output: oneOf(['identity', 'sigmoid'], 'net.output', net.output, fail),
  };
}

function readClassifier(net: Fields, fail: Fail): ClassifierNet {
  only('net', net, ['kind', 'layers', 'activation'], fail);
  return {
    kind: 'classifier',
    layers: sizes('net.layers', net.layers, 2, fail),
    activation: activation(net, fail),
  };
}

const NUMBER = {
  number: [(_: number) => true, 'a finite number'],
  'non-negative number': [(n: number) => n >= 0, 'a finite number of at least 0'],
  'positive number': [(n: number) => n > 0, 'a finite number above 0'],
  'positive integer': [isSize, 'a positive integer'],
} as const;

function checkNumber(what: string, kind: keyof typeof NUMBER, value: unknown, fail: Fail): void {
  const [allowed, rule] = NUMBER[kind];
  if (typeof value !== 'number' || !Number.isFinite(value) || !allowed(value))
    fail(`${what} must be ${rule}`, show(value));
}

function checkFixed(what: string, value: unknown, fail: Fail): void {
  const fixed = isObject(value) ? value : fail(`${what} must be "learned" or {"fixed": alpha2}`, show(value));
  only(what, fixed, ['fixed'], fail);
  checkNumber(`${what}.fixed`, 'positive number', fixed.fixed, fail);
}

function checkField(what: string, kind: FieldKind, value: unknown, fail: Fail): void {
  if (typeof kind !== 'string') {
    if (!kind.some(choice => choice === value)) fail(`${what} must be ${kind.join(' or ')}`, show(value));
    return;
  }
  switch (kind) {
    case 'reconstruction':
      oneOf(['sum', 'half', 'mean'], what, value, fail);
      return;
    case 'variance':
      if (value !== 'learned') checkFixed(what, value, fail);
      return;
    case 'learned variance':
      if (value !== 'learned') fail(`${what} must be "learned"`, show(value));
      return;
    default:
      checkNumber(what, kind, value, fail);
  }
}

function readModel(net: unknown, objective: unknown, fail: Fail): Model {
  if (!isObject(net)) return fail('net must be an object', show(net));
  if (!isObject(objective)) return fail('objective must be an object', show(objective));
  const kind = oneOf(['autoencoder', 'classifier'], 'net.kind', net.kind, fail);
  const name: VectorObjectiveName = oneOf(VECTOR_OBJECTIVES, 'objective.name', objective.name, fail);
  const description = DESCRIPTIONS[name];
  if (description.net !== kind)
    fail(`objective "${name}" must come with net.kind "${description.net}"`, show(kind));
  const fields = Object.entries(description.fields);
  only(`objective "${name}"`, objective, ['name', ...fields.map(([field]) => field)], fail);
  for (const [field, kind] of fields) checkField(`objective.${field}`, kind, objective[field], fail);
  const read = kind === 'autoencoder' ? readAutoencoder(net, fail) : readClassifier(net, fail);
  // the objective's fields have just been compared with its description
  return { net: read, objective } as Model;
}

/** Text that may be shown on a terminal. */
function text(what: string, value: unknown, fail: Fail): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > 1000 || /\p{Cc}/u.test(value))
    return fail(`${what} must be a text of 1 to 1000 characters without control characters`, show(value));
  return value;
}

function readLabel({ id, producer, valid, flaw }: Fields, fail: Fail): Label {
  if (valid !== undefined && typeof valid !== 'boolean') fail('valid must be true or false', show(valid));
  if (valid !== false && flaw !== undefined)
    fail('flaw must come with "valid": false', `"valid": ${show(valid ?? true)}`);
  return {
    id: text('id', id, fail),
    ...(producer !== undefined && { producer: text('producer', producer, fail) }),
    ...(valid === false && { flaw: text('flaw, wanted by "valid": false,', flaw, fail) }),
  };
}

/** The metadata of a vector from the JSON text in its header; `file` names it in errors. */
export function readMetadata(json: string, file: string): Metadata {
  const fail = failing(file);
  const value = parseJson(json, `vector: __metadata__.flatcheck (${file})`);
  if (!isObject(value)) return fail('__metadata__.flatcheck must hold a JSON object', show(value));
  const { version, net, objective } = value;
  if (version !== VECTOR_VERSION)
    fail(`version must be ${VECTOR_VERSION}`, show(version), 'another version of flatcheck may read it');
  return { ...readLabel(value, fail), model: readModel(net, objective, fail) };
}

/** The JSON text that `readMetadata` reads. */
export function writeMetadata({ model, flaw, ...label }: Metadata): string {
  const { net, objective } = model;
  return JSON.stringify({
    version: VECTOR_VERSION,
    ...label,
    net,
    objective,
    ...(flaw !== undefined && { valid: false, flaw }),
  });
}
