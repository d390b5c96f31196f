/** @file What the tests of vectors share. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stream } from '../../src/claims/random.js';
import { drawProblem } from '../../src/vectors/draw.js';
import { evaluate } from '../../src/vectors/evaluate.js';
import type { VectorObjectiveName } from '../../src/vectors/metadata.js';
import type { Outputs } from '../../src/vectors/mistakes/mistake.js';
import {
  encodeVector,
  type Problem,
  parseVector,
  readVector,
  type Vector,
} from '../../src/vectors/vector.js';

/** From dist/tests/vectors. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export const GOLDEN = join(REPOSITORY, 'golden/vectors');

export const goldenFiles = (): readonly string[] => readdirSync(GOLDEN).map(name => join(GOLDEN, name));

export const golden = (id: string): Vector => readVector(join(GOLDEN, `${id}.safetensors`));

/** A vector as it would be read back from its file. */
export const reread = (vector: Vector): Vector => parseVector(Buffer.concat(encodeVector(vector)), 'test');

/**
 * Numbers that single precision does not hold, so that a constant that is rounded on its way does not pass
 * unseen.
 */
const unround = (value: unknown): unknown => {
  if (typeof value === 'number') return value * 1.1;
  return typeof value === 'object' ? { fixed: unround((value as { fixed: number }).fixed) } : value;
};

export function problem(name: VectorObjectiveName, index: number): Problem {
  const { model, given } = drawProblem(name, stream(11, 'tests/vectors', name, index), index);
  const fields = Object.entries(model.objective).map(([field, value]) => [
    field,
    field === 'power' ? value : unround(value),
  ]);
  return { model: { ...model, objective: Object.fromEntries(fields) } as Problem['model'], given };
}

/** The vector whose answers are these outputs. */
export function vectorOf(question: Problem, outputs: Outputs = evaluate(question)): Vector {
  const shapes: Record<string, readonly number[]> = Object.fromEntries(
    Object.entries(question.given).map(([name, { shape }]) => [
      name.replace(/^param\./, 'expect.grad.'),
      shape,
    ]),
  );
  const expected = Object.entries(outputs).map(([name, data]) => [
    `expect.${name}`,
    { shape: shapes[`expect.${name}`] ?? [], data },
  ]);
  return { ...question, id: 'test', expected: Object.fromEntries(expected) };
}

/** The vector with one tensor changed. */
export function changed(vector: Vector, name: string, change: (data: Float64Array) => void): Vector {
  const { shape, data } = vector.expected[name]!;
  const copy = Float64Array.from(data);
  change(copy);
  return { ...vector, expected: { ...vector.expected, [name]: { shape, data: copy } } };
}
