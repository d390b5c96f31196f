/** @file Reading a JSON object key by key; a wrong value or an unknown key is one clear error. */
import { InputError } from '../formats/input-error.js';
import { isObject, show } from '../formats/json.js';
import { nearest } from '../formats/nearest.js';

/** What a value must be, in words, and whether it is. */
export interface Rule<T> {
  readonly says: string;
  is(value: unknown): value is T;
  /** In words for a value that breaks a bound only. */
  bound?(value: unknown): string | undefined;
}

const numeric = (says: string, is: (value: number) => boolean): Rule<number> => ({
  says,
  is: (value): value is number => typeof value === 'number' && is(value),
});

/** A rule with a bound, which is told to those who break it. */
const within = <T>(rule: Rule<T>, bound: string, isWithin: (value: T) => boolean): Rule<T> => ({
  says: rule.says,
  is: (value): value is T => rule.is(value) && isWithin(value),
  bound: value => (rule.is(value) ? bound : undefined),
});

/** float32 holds these and their squares, of which an optimiser keeps means. */
const [LEAST, MOST] = [1e-18, 1e12];
const inFloat32 = `from ${LEAST} to ${MOST} (so that float32 holds its square)`;

export const positive = within(
  numeric('a positive number', value => value > 0),
  inFloat32,
  value => value >= LEAST && value <= MOST,
);
export const nonNegative = within(
  numeric('a non-negative number', value => value >= 0),
  `0 or ${inFloat32}`,
  value => value === 0 || (value >= LEAST && value <= MOST),
);
export const positiveInteger = numeric(
  'a positive integer',
  value => Number.isSafeInteger(value) && value > 0,
);
export const wholeNumber = numeric(
  'a non-negative integer',
  value => Number.isSafeInteger(value) && value >= 0,
);
export const belowOne = within(
  numeric('a number of at least 0 and below 1', value => value >= 0 && value < 1),
  'below 1 in float32 too',
  value => Math.fround(value) < 1,
);

/** A positive integer with a bound, and why there is one. */
export const countUpTo = (most: number, why: string): Rule<number> =>
  within(positiveInteger, `at most ${most} (${why})`, value => value <= most);

/** Threads of one run, at most. */
export const MOST_THREADS = 256;

/** Seeds of an experiment, at most: each is a run of every arm. */
export const MOST_SEEDS = 1000;

export const seedList: Rule<readonly number[]> = {
  says: `a list of 1 to ${MOST_SEEDS} different non-negative integers`,
  is: (value): value is number[] =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_SEEDS &&
    value.every(wholeNumber.is) &&
    new Set(value).size === value.length,
};

export const text: Rule<string> = {
  says: 'a non-empty text',
  is: (value): value is string => typeof value === 'string' && value !== '',
};

/** Where a file or folder is. */
export const place = within(text, 'a path, which holds no NUL', value => !value.includes('\0'));

export const flag: Rule<boolean> = {
  says: 'true or false',
  is: (value): value is boolean => typeof value === 'boolean',
};

/** Layers of a part of a network, at most: the graph of a step, and the time to build it, grow with them. */
const MOST_LAYERS = 100;

export const sizes = within<readonly number[]>(
  {
    says: 'a list of one or more positive integers',
    is: (value): value is number[] =>
      Array.isArray(value) && value.length > 0 && value.every(positiveInteger.is),
  },
  `at most ${MOST_LAYERS} sizes (the graph of a step grows with the layers)`,
  value => value.length <= MOST_LAYERS,
);

export const oneOf = <T extends string | number>(
  ...choices: readonly T[]
): Rule<T> & { readonly choices: readonly T[] } => ({
  says: `one of ${choices.join(', ')}`,
  choices,
  is: (value): value is T => choices.includes(value as T),
});

/**
 * Where an object stands: `train` and `config.json` are the command and the file, `objective` the way to the
 * object.
 */
export interface Place {
  readonly command: string;
  readonly file: string;
  readonly path?: string;
}

/** One JSON object. Ask for its keys, then call `end`, which refuses the keys that nobody asked for. */
export class Fields {
  private readonly value: Readonly<Record<string, unknown>>;
  private readonly asked: string[] = [];

  constructor(
    value: unknown,
    private readonly place: Place,
  ) {
    if (!isObject(value))
      throw new InputError(
        `${place.command}: ${place.path ?? 'the configuration'} must be an object, got ${show(value)} (${place.file})`,
      );
    this.value = value;
  }

  /** The value of a key; the fallback, where there is one, when the key is absent. */
  get<T>(key: string, rule: Rule<T>, fallback?: T): T {
    this.asked.push(key);
    const value = Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    if (value === undefined && fallback !== undefined) return fallback;
    if (rule.is(value)) return Object.is(value, -0) ? (0 as T) : value; // -0 would be other bits for the same digest
    const { choices = [] } = rule as { choices?: readonly (string | number)[] };
    const near = typeof value === 'string' ? nearest(value, choices.map(String)) : undefined;
    return this.fail(
      key,
      `must be ${rule.bound?.(value) ?? rule.says}, got ${show(value)}${near ? ` - did you mean "${near}"?` : ''}`,
    );
  }

  /** The value of a key, or undefined when the key is absent. */
  maybe<T>(key: string, rule: Rule<T>): T | undefined {
    this.asked.push(key);
    return Object.hasOwn(this.value, key) ? this.get(key, rule) : undefined;
  }

  /** The object under a key; an empty one when the key is absent and `optional`. */
  within(key: string, optional = false): Fields {
    this.asked.push(key);
    const value = Object.hasOwn(this.value, key) ? this.value[key] : optional ? {} : undefined;
    return new Fields(value, { ...this.place, path: this.pathOf(key) });
  }

  has(key: string): boolean {
    return Object.hasOwn(this.value, key);
  }

  /** The value of a key as it stands, for a reader of its own. */
  raw(key: string): unknown {
    this.asked.push(key);
    return this.has(key) ? this.value[key] : undefined;
  }

  fail(key: string, what: string): never {
    throw new InputError(`${this.place.command}: ${this.pathOf(key)} ${what} (${this.place.file})`);
  }

  /** Refuses keys that were never asked for; returns its argument. */
  end<T>(result: T): T {
    for (const key of Object.keys(this.value)) {
      if (this.asked.includes(key)) continue;
      const near = nearest(key, this.asked);
      this.fail(
        key,
        `is not a known key${near ? ` - did you mean "${near}"?` : `; known are ${[...new Set(this.asked)].join(', ')}`}`,
      );
    }
    return result;
  }

  private pathOf(key: string): string {
    return this.place.path === undefined ? key : `${this.place.path}.${key}`;
  }
}
