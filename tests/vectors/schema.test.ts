/** @file The JSON Schema of the metadata says what the reader says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import * as assert from 'uvu/assert';
import { stream } from '../../src/claims/random.js';
import { InputError } from '../../src/formats/input-error.js';
import { readMetadata, writeMetadata } from '../../src/vectors/read-metadata.js';
import { withObjectives } from '../../src/vectors/schema.js';
import { readVector } from '../../src/vectors/vector.js';
import { suite } from '../harness.js';
import { goldenFiles, REPOSITORY } from './support.js';

const test = suite('vectors/schema');
const schema = JSON.parse(readFileSync(join(REPOSITORY, 'schemas/vector.schema.json'), 'utf8')) as Parameters<
  typeof withObjectives
>[0];
const validate = new Ajv({ strict: true, strictRequired: false, strictTypes: false }).compile<unknown>(
  schema,
);

const metadata = goldenFiles().map(
  file => JSON.parse(writeMetadata(readVector(file))) as Record<string, unknown>,
);

function reads(value: unknown): boolean {
  try {
    readMetadata(JSON.stringify(value), 'test');
    return true;
  } catch (error) {
    assert.instance(error, InputError);
    return false;
  }
}

test('the objectives are those of the list (npm run derive)', () => {
  assert.equal(withObjectives(schema), schema);
});

test('all golden vectors are valid', () => {
  for (const value of metadata) assert.ok(validate(value), `${value.id}: ${JSON.stringify(validate.errors)}`);
});

const STRANGE = [
  0,
  -1,
  1.5,
  1,
  2,
  '',
  'x',
  'learned',
  'sum',
  null,
  true,
  false,
  [],
  {},
  [3],
  { fixed: 0.5 },
  'gelu',
  'grae',
];

/** Replaces, removes or adds one entry somewhere. */
function altered(value: unknown, random: ReturnType<typeof stream>): unknown {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!;
  if (typeof value !== 'object' || value === null || random.uniform() < 0.1) return pick(STRANGE);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.uniform() < 0.2) return [...value, pick(STRANGE)];
    const at = Math.floor(random.uniform() * value.length);
    return value.map((entry, i) => (i === at ? altered(entry, random) : entry));
  }
  const entries = Object.entries(value);
  const what = random.uniform();
  if (entries.length === 0 || what < 0.15)
    return { ...value, [pick(['extra', 'flaw', 'valid', 'beta'])]: pick(STRANGE) };
  const at = Math.floor(random.uniform() * entries.length);
  return Object.fromEntries(
    entries.flatMap(([key, entry], i) => {
      if (i !== at) return [[key, entry]];
      return what < 0.3 ? [] : [[key, altered(entry, random)]];
    }),
  );
}

interface Net {
  readonly kind?: string;
  readonly encoder?: readonly number[];
  readonly latent?: number;
  readonly decoder?: readonly number[];
}

/** The one rule that a schema cannot say. */
const chained = ({ net }: { readonly net: Net }): boolean =>
  net.kind !== 'autoencoder' || (net.decoder?.[0] === net.latent && net.decoder?.at(-1) === net.encoder?.[0]);

test('schema and reader agree on altered metadata', () => {
  const counts = { taken: 0, refused: 0 };
  for (let run = 0; run < 4000; run++) {
    const random = stream(3, 'vectors/schema', run);
    const value = altered(metadata[run % metadata.length], random);
    const valid = validate(value) && chained(value as { net: Net });
    assert.is(valid, reads(value), `${JSON.stringify(value)}: ${JSON.stringify(validate.errors)}`);
    counts[valid ? 'taken' : 'refused']++;
  }
  assert.ok(counts.taken > 200 && counts.refused > 200, JSON.stringify(counts));
});

test.run();
