/** @file The networks of the experiments against PyTorch in float64: golden/pytorch-nets. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../../harness.js';
import { run } from '../support.js';
import { caseOf, type Expected, parseCases, readCases, type Spec } from './cases.js';
import { digest, digestError } from './formula.js';

const TOLERANCE = 1e-12;

const test = suite('core/net/golden');

const titleOf = (spec: Spec): string =>
  Object.entries(spec)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.abs(b);

/** The worst relative error of each kind of output. */
function compare({ spec, loss, terms, gradients, statistics = {} }: Expected): Record<string, number> {
  const { inputs, run: traced } = caseOf(spec);
  const out = run(traced, inputs);
  const tensors = (prefix: string, expected: Readonly<Record<string, readonly number[]>>): number => {
    const names = Object.keys(out).filter(name => name.startsWith(`${prefix}.`));
    assert.equal(
      names.sort(),
      Object.keys(expected)
        .map(name => `${prefix}.${name}`)
        .sort(),
    );
    const errors = Object.entries(expected).map(([name, wanted]) =>
      digestError(digest(name, out[`${prefix}.${name}`]!, wanted.length - 1), wanted),
    );
    return Math.max(0, ...errors);
  };
  return {
    loss: relative(out.loss![0]!, loss),
    terms: Math.max(
      0,
      ...Object.entries(terms).map(([name, value]) => relative(out[`term.${name}`]![0]!, value)),
    ),
    gradients: tensors('grad', gradients),
    statistics: tensors('stat', statistics),
  };
}

for (const expected of readCases())
  test(titleOf(expected.spec), () => {
    const errors = compare(expected);
    for (const [what, error] of Object.entries(errors))
      assert.ok(error <= TOLERANCE, `${what}: relative error ${error}`);
  });

/** The cases of the given indices made anew, or undefined where no Python with torch is found. */
function remake(indices: readonly number[]): Expected[] | undefined {
  const script = fileURLToPath(new URL('../../../../golden/pytorch-nets/make.py', import.meta.url));
  for (const python of [process.env.PYTHON, 'python3', '/usr/bin/python3']) {
    if (python === undefined) continue;
    const { status, stdout, stderr } = spawnSync(python, [script, ...indices.map(String)], {
      encoding: 'utf8',
    });
    if (status === 0) return parseCases(stdout);
    assert.ok(status === null || /No module named/.test(stderr), stderr);
  }
  return undefined;
}

test('the stored values are what PyTorch says today', () => {
  const indices = [4, 10];
  const stored = readCases().filter((_, i) => indices.includes(i));
  const made = remake(indices);
  if (made === undefined) {
    console.log('SKIPPED: no Python with torch and numpy was found (set PYTHON to one)');
    return;
  }
  assert.is(made.length, indices.length);
  for (const [i, { spec, loss, gradients }] of made.entries()) {
    assert.equal(spec, stored[i]!.spec);
    assert.ok(relative(loss, stored[i]!.loss) <= TOLERANCE);
    for (const [name, wanted] of Object.entries(stored[i]!.gradients))
      assert.ok(digestError(gradients[name]!, wanted) <= TOLERANCE, name);
  }
});

test.run();
