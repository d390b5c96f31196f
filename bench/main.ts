/** @file `npm run bench -- NAME [--json-file F]`: measurements side by side; never a test. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Ratio } from './peer.js';

const BENCHES: Readonly<Record<string, () => Promise<readonly Ratio[]>>> = {
  float64: async () => {
    (await import('./float64.js')).float64();
    return [];
  },
  orders: async () => (await import('./orders.js')).orders(),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'json-file': { type: 'string' } },
});
const name = positionals[0];
const bench = name === undefined || !Object.hasOwn(BENCHES, name) ? undefined : BENCHES[name];
if (bench === undefined) {
  console.error(
    `bench: give one of ${Object.keys(BENCHES).join(', ')}, got ${name ?? 'nothing'} (npm run bench -- orders)`,
  );
  process.exitCode = 2;
} else {
  const ratios = await bench();
  const path = values['json-file'];
  if (path !== undefined)
    writeFileSync(path, `${JSON.stringify({ schema: 1, bench: name, ratios }, null, 1)}\n`);
}
