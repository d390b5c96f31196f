/** @file The part of schemas/vector.schema.json that says which objectives there are, from their list. */
import { DESCRIPTIONS, type FieldKind, VECTOR_OBJECTIVES, type VectorObjectiveName } from './metadata.js';

const FIELDS: Readonly<Record<Exclude<FieldKind, readonly number[]>, object>> = {
  number: { type: 'number' },
  'non-negative number': { type: 'number', minimum: 0 },
  'positive number': { type: 'number', exclusiveMinimum: 0 },
  'positive integer': { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  reconstruction: { $ref: '#/$defs/reconstruction' },
  variance: { $ref: '#/$defs/variance' },
  'learned variance': { const: 'learned' },
};

function branch(name: VectorObjectiveName): object {
  const fields = Object.entries(DESCRIPTIONS[name].fields);
  return {
    type: 'object',
    required: ['name', ...fields.map(([field]) => field)],
    additionalProperties: false,
    properties: {
      name: { const: name },
      ...Object.fromEntries(
        fields.map(([field, kind]) => [field, typeof kind === 'string' ? FIELDS[kind] : { enum: kind }]),
      ),
    },
  };
}

interface Schema {
  readonly properties: { readonly objective: object };
  readonly allOf: readonly object[];
}

/** The schema with the objectives of the list, and with which networks they come. */
export function withObjectives<S extends Schema>(schema: S): S {
  const classifiers = VECTOR_OBJECTIVES.filter(name => DESCRIPTIONS[name].net === 'classifier');
  const kindIs = (kind: string): object => ({
    properties: { net: { properties: { kind: { const: kind } } } },
  });
  const [, ...rest] = schema.allOf;
  return {
    ...schema,
    properties: { ...schema.properties, objective: { oneOf: VECTOR_OBJECTIVES.map(branch) } },
    allOf: [
      {
        if: { properties: { objective: { properties: { name: { enum: classifiers } } } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: kindIs('classifier'),
        else: kindIs('autoencoder'),
      },
      ...rest,
    ],
  };
}
