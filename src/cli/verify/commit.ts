/** @file The commit of flatcheck's own code, whatever repository one works in. */
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../../../../', import.meta.url));

/** What of the package decides its results. */
const SOURCES = [
  'src',
  'properties',
  'experiments',
  'golden',
  'schemas',
  'package.json',
  'package-lock.json',
];

/** Asks git about one folder; variables of a hook or of the user would turn it to another repository. */
function git(folder: string, ...args: readonly string[]): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/**
 * The commit of a package's folder, with `-dirty` where its sources differ from it; what npm noted for a
 * package that is no repository itself; null where nothing is known.
 */
export function commitOf(folder: string): string | null {
  try {
    if (realpathSync(git(folder, 'rev-parse', '--show-toplevel')) === realpathSync(folder)) {
      const dirty = git(folder, 'status', '--porcelain', '--', ...SOURCES) !== '';
      return `${git(folder, 'rev-parse', 'HEAD')}${dirty ? '-dirty' : ''}`;
    }
  } catch {
    // no git, or no repository
  }
  try {
    const { gitHead } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')) as {
      gitHead?: unknown;
    };
    return typeof gitHead === 'string' ? gitHead : null;
  } catch {
    return null;
  }
}

/** The commit of this very package. */
export const ownCommit = (): string | null => commitOf(PACKAGE);
