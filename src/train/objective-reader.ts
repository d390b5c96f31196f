/** @file The objective of a configuration: its name and exactly the hyper-parameters that it takes. */
import type { Field } from '../core/objectives/fields.js';
import {
  AUTOENCODER_OBJECTIVES,
  DEFINITIONS,
  type ObjectiveName,
  type ObjectiveSpec,
} from '../core/objectives/list.js';
import { RECONSTRUCTIONS, type Variance } from '../core/objectives/objective.js';
import { type Fields, nonNegative, oneOf, positive, positiveInteger } from './fields.js';

/** `"learned"` or `{"fixed": alpha^2}`. */
function variance(fields: Fields, key: string): Variance {
  if (fields.raw(key) === 'learned') return 'learned';
  const inner = fields.within(key);
  return inner.end({ fixed: inner.get('fixed', positive) });
}

const NUMBERS = { weight: nonNegative, nonNegative, positive, count: positiveInteger };

function read(fields: Fields, key: string, field: Field): unknown {
  switch (field.kind) {
    case 'reconstruction':
      return fields.get(key, oneOf(...RECONSTRUCTIONS));
    case 'variance':
      return variance(fields, key);
    case 'learned':
      return fields.get(key, oneOf('learned'));
    case 'oneOf':
      return fields.get(key, oneOf(...field.choices));
    default:
      return fields.get(key, NUMBERS[field.kind]);
  }
}

/** Reads `{"name": "samba", "rec": "sum", ...}`. */
export function readObjective(fields: Fields): ObjectiveSpec {
  const name: ObjectiveName = fields.get('name', oneOf(...AUTOENCODER_OBJECTIVES.map(({ name }) => name)));
  const hyper = Object.entries<Field>(DEFINITIONS[name].hyper).map(([key, field]) => [
    key,
    read(fields, key, field),
  ]);
  // each value has just been read as its field says
  return fields.end({ name, ...Object.fromEntries(hyper) } as ObjectiveSpec);
}
