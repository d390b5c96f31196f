/** @file `npm run bench -- NAME`: measurements side by side; never a test. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  float64: async () => (await import('./float64.js')).float64(),
  orders: async () => (await import('./orders.js')).orders(),
};

const name = process.argv[2];
const bench = name === undefined ? undefined : BENCHES[name];
if (bench === undefined) {
  console.error(
    `bench: give one of ${Object.keys(BENCHES).join(', ')}, got ${name ?? 'nothing'} (npm run bench -- orders)`,
  );
  process.exitCode = 2;
} else await bench();
