/** @file What computes a run besides our own code: whether that is still what the run began with. */

/** Versions, and hashes of the packages that take part. */
export interface Surroundings {
  readonly versions: Readonly<Record<string, string>>;
  readonly integrity?: Readonly<Record<string, string>>;
}

const SHOWN = 4;

/**
 * What is other now than before, in words: `node 22.1.0 instead of 20.19.0`, `mathjs@15.2.0 has other
 * contents`.
 */
export function changedSince(before: Surroundings | undefined, now: Surroundings): string[] {
  if (before === undefined) return [];
  const names = (a: object = {}, b: object = {}): string[] =>
    [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const versions = names(before.versions, now.versions)
    .filter(name => before.versions[name] !== now.versions[name])
    .map(name => `${name} ${now.versions[name] ?? 'absent'} instead of ${before.versions[name] ?? 'absent'}`);
  const [then, today] = [before.integrity ?? {}, now.integrity ?? {}];
  const contents = names(then, today)
    .filter(name => then[name] !== today[name])
    .map(name => {
      if (today[name] === undefined) return `without ${name}`;
      return then[name] === undefined ? `with ${name}` : `${name} has other contents`;
    });
  return [...versions, ...contents];
}

/** The changes in one line; a package that moves brings others along. */
export const changesText = (changes: readonly string[]): string =>
  changes.slice(0, SHOWN).join(', ') + (changes.length > SHOWN ? ` and ${changes.length - SHOWN} more` : '');
