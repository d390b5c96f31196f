/** @file First to third derivatives of every kernel that can be traced, against differences in float64. */
import * as assert from 'uvu/assert';
import { RULES } from '../../src/engine/trace/backend.js';
import { trace } from '../../src/engine/trace.js';
import { suite } from '../harness.js';
import { differencesOf, evaluate, gradientsOf, relativeError, type Scalar, slopeOf } from './differencing.js';
import { type OpCase, realInputs, specsOf, valuesOf } from './op-table/case.js';
import { COVERED_KERNELS, OP_TABLE, probe } from './op-table.js';

const test = suite('derivatives');

const titleOf = ({ kernel, note }: OpCase): string => (note === '' ? kernel : `${kernel}, ${note}`);

// The order below has been checked already when it is differenced to check the next.
const ORDERS = ['first', 'second', 'third'] as const;
const TOLERANCE = 1e-9;

for (const opCase of OP_TABLE)
  test(titleOf(opCase), () => {
    const [names, specs, values] = [realInputs(opCase), specsOf(opCase), valuesOf(opCase)];
    let f: Scalar = inputs => probe(opCase.fn(inputs));
    for (const order of ORDERS) {
      const got = evaluate(gradientsOf(f, names), specs, values);
      const error = relativeError(got, differencesOf(f, names, specs, values));
      assert.ok(error <= TOLERANCE, `${order} derivative is off by ${error}`);
      f = slopeOf(f, names);
    }
  });

test('every case is about the kernel it names', () => {
  for (const opCase of OP_TABLE) {
    const met = new Set<string>();
    trace(inputs => ({ y: opCase.fn(inputs) }), specsOf(opCase), { onKernel: kernel => met.add(kernel) });
    assert.ok(met.has(opCase.kernel), `${titleOf(opCase)} meets only ${[...met].join(', ')}`);
  }
});

test('every kernel that can be traced is covered', () => {
  assert.equal(
    Object.keys(RULES).filter(kernel => !COVERED_KERNELS.has(kernel)),
    [],
  );
});

test.run();
