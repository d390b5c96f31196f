/** @file Flags of the benches, read strictly: `--batch 32 --batch 128`. */
import { parseArgs } from 'node:util';

export class FlagError extends Error {}

type Values = Readonly<Record<string, readonly string[] | undefined>>;

/**
 * The values of the flags named, each of which may be given more than once; switches have the value 'true'.
 */
export function readFlags(
  args: readonly string[],
  flags: readonly string[],
  switches: readonly string[],
): Values {
  try {
    const options = {
      ...Object.fromEntries(flags.map(name => [name, { type: 'string', multiple: true } as const])),
      ...Object.fromEntries(switches.map(name => [name, { type: 'boolean', multiple: true } as const])),
    };
    const { values } = parseArgs({ args: [...args], options });
    return Object.fromEntries(
      Object.entries(values).map(([name, given]) => [name, (given as unknown[]).map(String)]),
    );
  } catch (error) {
    throw new FlagError(`bench: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** Positive integers, or the default when the flag is absent. */
export function numbers<D>(values: Values, name: string, otherwise: D): number[] | D {
  const given = values[name];
  if (given === undefined) return otherwise;
  return given.map(text => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1)
      throw new FlagError(`bench: --${name} must be a positive integer, got ${text}`);
    return value;
  });
}

/** Some of the names allowed, or all of them when the flag is absent. */
export function names<T extends string>(values: Values, name: string, allowed: readonly T[]): readonly T[] {
  const given = values[name];
  if (given === undefined) return allowed;
  return given.map(text => {
    const known = allowed.find(candidate => candidate === text);
    if (known === undefined)
      throw new FlagError(`bench: --${name} must be one of ${allowed.join(', ')}, got ${text}`);
    return known;
  });
}
