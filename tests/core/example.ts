/**
 * @file Hyper-parameters that an objective may have, made from its fields: what tests of the whole list ask
 * it with.
 */
import type { Field, Fields } from '../../src/core/objectives/fields.js';

export type Hyper = Record<string, unknown>;

function example(field: Field): unknown {
  switch (field.kind) {
    case 'reconstruction':
      return 'sum';
    case 'variance':
    case 'learned':
      return 'learned';
    case 'oneOf':
      return field.choices[0];
    case 'count':
      return 2;
    default:
      return 0.3;
  }
}

export const exampleOf = (fields: Fields): Hyper =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, example(field)]));
