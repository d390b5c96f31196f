// npm run derive: writes what is made from the list of objectives: its part of the schema of vectors, the tables of docs/training.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { withObjectiveTables } from '../dist/src/train/objectives-doc.js';
import { withObjectives } from '../dist/src/vectors/schema.js';

const [schema, document] = ['schemas/vector.schema.json', 'docs/training.md'];
writeFileSync(schema, JSON.stringify(withObjectives(JSON.parse(readFileSync(schema, 'utf8'))), null, 2));
writeFileSync(document, withObjectiveTables(readFileSync(document, 'utf8')));
process.exitCode = spawnSync('npx', ['--no-install', 'biome', 'format', '--write', schema], {
  stdio: 'inherit',
}).status;
