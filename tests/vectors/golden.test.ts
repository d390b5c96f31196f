/**
 * @file Every objective against PyTorch in float64, and every known mistake that PyTorch was made to make.
 */
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { writeAtomic } from '../../src/formats/atomic.js';
import { checkVector } from '../../src/vectors/check.js';
import { compare, LIMIT, worst } from '../../src/vectors/compare.js';
import { evaluateMistaken } from '../../src/vectors/evaluate.js';
import { VECTOR_ACTIVATIONS, VECTOR_OBJECTIVES } from '../../src/vectors/metadata.js';
import { MISTAKES } from '../../src/vectors/mistakes.js';
import { type VectorResult, VectorsJson } from '../../src/vectors/result.js';
import { readVector } from '../../src/vectors/vector.js';
import { RESULTS, VECTORS_FILE } from '../gate-files.js';
import { suite } from '../harness.js';
import { golden, goldenFiles } from './support.js';

const vectors = goldenFiles().map(file => readVector(file));
const checked: VectorResult[] = [];
const test = suite('vectors/golden');

for (const name of VECTOR_OBJECTIVES)
  test(name, () => {
    const mine = vectors
      .filter(({ model }) => model.objective.name === name)
      .map(vector => ({ file: `${vector.id}.safetensors`, ...checkVector(vector) }));
    const right = mine.filter(({ valid }) => valid);
    const wrong = mine.filter(({ valid }) => !valid);
    checked.push(...mine);
    assert.ok(right.length >= 4, `${right.length} right vectors`);
    assert.ok(wrong.length >= 1, `${wrong.length} wrong vectors`);
    for (const { id, pass, maxRelativeError, worst, valid } of [...right, ...wrong])
      assert.ok(pass, `${id}${valid ? '' : ' is wrong on purpose'}: ${maxRelativeError} in ${worst}`);
    const largest = Math.max(...right.map(({ maxRelativeError }) => maxRelativeError));
    assert.ok(largest < 1e-12, `${largest}: far above round-off`);
    console.log(
      `${name}: ${right.length} right to ${largest.toExponential(1)}, ${wrong.length} wrong ones rejected`,
    );
  });

test('what the gate is asked with', () => {
  assert.is(checked.length, vectors.length);
  const sorted = [...checked].sort((a, b) => (a.file < b.file ? -1 : 1)); // as the command has them
  const parts: string[] = [];
  const json = new VectorsJson(part => parts.push(part));
  for (const vector of sorted) json.vector(vector);
  const passed = sorted.filter(({ pass }) => pass).length;
  json.end([], { passed, failed: sorted.length - passed });
  const folder = process.env[RESULTS];
  if (folder !== undefined) writeAtomic('test', join(folder, VECTORS_FILE), parts.join(''));
});

const camel = (text: string): string => text.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Mistakes of another name than the vector's: its number is 1e-12. */
const NAMED: Readonly<Record<string, string>> = { epsilonInDenominator: 'tinyEpsilon' };

test('what PyTorch was made to do wrong is one of the known mistakes', () => {
  let named = 0;
  for (const vector of vectors) {
    const name = camel(/-wrong-(.*)$/.exec(vector.id)?.[1] ?? '');
    const mistake = NAMED[name] ?? name;
    if (!Object.hasOwn(MISTAKES[vector.model.objective.name], mistake)) continue;
    const [tensor, error] = worst(compare(evaluateMistaken(vector, mistake)!, vector.expected));
    assert.ok(error < LIMIT, `${vector.id}: ${error} in ${tensor}`);
    named++;
  }
  assert.ok(named >= 30, `${named} mistakes were told`);
});

test('and the diagnosis names it', () => {
  for (const [id, mistake] of [
    ['samba-wrong-covariance-for-root', 'covarianceForRoot'],
    ['grae-wrong-penalty-without-half', 'penaltyWithoutHalf'],
    ['fisher-sam-wrong-inverted', 'inverted'],
  ] as const) {
    const { flaw: _, ...vector } = golden(id);
    const { pass, diagnosis } = checkVector(vector);
    assert.not.ok(pass);
    assert.equal(
      diagnosis?.suspects.map(suspect => suspect.mistake),
      [mistake],
    );
  }
});

test('every activation, output, reconstruction and variance occurs', () => {
  const seen = new Set(
    vectors.flatMap(({ model: { net, objective } }) => [
      net.activation,
      'output' in net ? net.output : '',
      'rec' in objective ? objective.rec : '',
      'variance' in objective ? (objective.variance === 'learned' ? 'learned' : 'fixed') : '',
    ]),
  );
  for (const what of [...VECTOR_ACTIVATIONS, 'identity', 'sum', 'half', 'mean', 'learned', 'fixed'])
    assert.ok(seen.has(what), what);
});

test.run();
