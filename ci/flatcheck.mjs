// Where the program is, as package.json names it, for scripts that start it; `node ci/flatcheck.mjs ARGUMENTS` runs it.
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('../', import.meta.url);
const { bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
export const FLATCHECK = fileURLToPath(new URL(bin.flatcheck, root));

if (process.argv[1] === fileURLToPath(import.meta.url)) await import(pathToFileURL(FLATCHECK).href);
