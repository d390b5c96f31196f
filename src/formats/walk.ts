/** @file The files below a folder, each once, however many links and circles of links lead to it. */
import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unavailable } from './files.js';

/**
 * What one path turned out to be: a file to read, another path to a file that was met before, or a reason why
 * not.
 */
export type Found =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'again'; readonly path: string; readonly first: string }
  | { readonly kind: 'failed'; readonly path: string; readonly error: unknown };

const NOWHERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ELOOP']);

/** Walks paths given one after the other; what it has met under one is known under the next. */
export class Walk {
  /** By device and inode, under which path it was met. */
  private readonly met = new Map<string, string>();

  constructor(
    private readonly what: string,
    /** Whether a name in a folder is one of the files looked for. */
    private readonly wanted: (name: string) => boolean,
  ) {}

  /** A file as it is given; of a folder, all that is wanted in it and below, in the order of the names. */
  *from(path: string): Generator<Found> {
    yield* this.visit(path, true);
  }

  private *visit(path: string, asked: boolean): Generator<Found> {
    let stat: BigIntStats;
    try {
      stat = statSync(path, { bigint: true });
    } catch (error) {
      // a link to nowhere that is named like none of the files is no concern of ours
      if (asked || !NOWHERE.has((error as NodeJS.ErrnoException).code)) yield this.failure(path, error);
      return;
    }
    const folder = stat.isDirectory();
    if (!folder && !asked) return;
    const first = this.meet(stat, path);
    if (first === undefined) {
      if (folder) yield* this.below(path);
      else yield { kind: 'file', path };
    } else if (!folder || asked) yield { kind: 'again', path, first };
  }

  private *below(folder: string): Generator<Found> {
    let names: string[];
    try {
      names = readdirSync(folder).sort();
    } catch (error) {
      yield this.failure(folder, error);
      return;
    }
    for (const name of names) yield* this.visit(join(folder, name), this.wanted(name));
  }

  /**
   * Under which path this was met before; a file system without inode numbers has none that could be equal.
   */
  private meet({ dev, ino }: BigIntStats, path: string): string | undefined {
    if (ino === 0n) return undefined;
    const key = `${dev} ${ino}`;
    const first = this.met.get(key);
    if (first === undefined) this.met.set(key, path);
    return first;
  }

  private failure(path: string, error: unknown): Found {
    return { kind: 'failed', path, error: unavailable(this.what, path, error) };
  }
}
