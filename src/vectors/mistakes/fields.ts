/**
 * @file Mistakes in how the fields of an objective are read: each is taken for another value, whatever the
 * objective.
 */
import type { Field, Fields, Misreading } from '../../core/objectives/fields.js';
import { RECONSTRUCTIONS } from '../../core/objectives/objective.js';
import { isObject } from '../../formats/json.js';
import type { FieldMistake } from './mistake.js';

type Named = readonly [name: string, mistake: FieldMistake];

/** The value of a field is another; null where it stays. */
const misread = (says: string, field: string, change: (value: unknown) => unknown): FieldMistake => ({
  says,
  change: {
    kind: 'objective',
    change: hyper => {
      const value = change(hyper[field]);
      return value === null ? null : { ...hyper, [field]: value };
    },
  },
});

function otherNumber(how: Misreading, value: number): number {
  if ('to' in how) return how.to;
  return 'power' in how ? value ** how.power : value * how.times;
}

/** alpha2 read as alpha, or the other way round. */
const otherVariance = (says: string, field: string, change: (alpha2: number) => number): FieldMistake =>
  misread(says, field, value => (isObject(value) ? { fixed: change(value.fixed as number) } : null));

function mistakesOf(name: string, field: Field): readonly Named[] {
  switch (field.kind) {
    case 'reconstruction':
      return RECONSTRUCTIONS.map(rec => [
        `${name}${rec[0]!.toUpperCase()}${rec.slice(1)}`,
        misread(`rec "${rec}" in place of the one asked for`, name, value => (value === rec ? null : rec)),
      ]);
    case 'variance':
      return [
        [
          'fixedIsDeviation',
          otherVariance('alpha2 taken as the standard deviation', name, alpha2 => alpha2 ** 2),
        ],
        ['fixedIsRoot', otherVariance('the square root of alpha2 taken as the variance', name, Math.sqrt)],
      ];
    case 'learned':
    case 'oneOf':
      return [];
    default:
      return Object.entries(field.misread ?? {}).map(([mistake, how]) => [
        mistake,
        misread(how.says, name, value => otherNumber(how, value as number)),
      ]);
  }
}

/** The mistakes in reading fields, in the order given. */
export const fieldMistakes = (
  fields: Fields,
  order: readonly string[] = Object.keys(fields),
): Readonly<Record<string, FieldMistake>> =>
  Object.fromEntries(order.flatMap(name => mistakesOf(name, fields[name]!)));
