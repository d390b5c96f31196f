/**
 * @file GRAE with sampled columns: what is drawn, what it costs, what is refused. Its expectations are
 * KP-21's.
 */
import * as assert from 'uvu/assert';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { makeGraeHadamard } from '../../src/core/objectives/grae/grae-hadamard.js';
import {
  GRAE_DISTINCT_RULES,
  GRAE_SAMPLED_RULES,
  type GraeSampledHyper,
  makeGraeSampled,
} from '../../src/core/objectives/grae/grae-sampled.js';
import { constant } from '../../src/engine/ops.js';
import { trace } from '../../src/engine/trace.js';
import { suite } from '../harness.js';
import { close, draw, drawParams, paramsOf, run, type Traced, values } from './support.js';

const NET = denseAutoencoder({
  encoder: [3],
  latent: 8,
  decoder: [8, 4, 3],
  activation: 'tanh',
  output: 'identity',
});

const evaluated =
  (hyper: GraeSampledHyper, rules = GRAE_SAMPLED_RULES): Traced =>
  all => {
    const inputs = all.noise === undefined ? { x: all.x! } : { x: all.x!, noise: all.noise };
    const { loss, terms } = makeGraeSampled(rules).evaluate(NET, paramsOf(all), inputs, hyper);
    return { loss, ...terms };
  };

const BATCH = 2;
const INPUTS = {
  ...drawParams(1, NET.shapes),
  x: draw(2, [BATCH, 3]),
  noise: draw(3, [BATCH, 8], 2),
};

/** The columns that some noise chooses with some probabilities, one row a draw. */
const selection = (noise: number[], columns: number, probabilities: number[], rules = GRAE_SAMPLED_RULES) =>
  run(all => ({ y: rules.select(all.noise!, columns, constant(probabilities)) }), {
    noise: values([1, noise.length], noise),
  }).y!;

const test = suite('core/grae-sampled');

test('draws by the inverse distribution function, the outermost included', () => {
  const p = [0.25, 0.25, 0.5];
  assert.equal([...selection([-9, 9, -0.3], 3, p)], [1, 0, 0, 0, 0, 1, 0, 1, 0]);
  assert.equal([...selection([0.1, 0, 0], 1, p)], [0, 0, 1]);
  assert.equal([...selection([-40], 1, [1])], [1]);
});

test('different columns: the largest numbers first', () => {
  const found = selection([0.5, -1, 2], 2, [1 / 3, 1 / 3, 1 / 3], GRAE_DISTINCT_RULES);
  assert.equal([...found], [0, 0, 1, 1, 0, 0]);
});

test('all columns, different ones: the sum over the columns without variance', () => {
  const found = run(evaluated({ beta: 0.3, columns: 8 }, GRAE_DISTINCT_RULES), INPUTS);
  const exact = run(
    all => ({
      loss: makeGraeHadamard().evaluate(NET, paramsOf(all), { x: all.x! }, { beta: 0.3 }).loss,
    }),
    INPUTS,
  );
  close(found.loss!, exact.loss!, 1e-14);
});

test('probabilities as numbers or as a tensor', () => {
  const probabilities = [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
  const numbers = run(evaluated({ beta: 0.3, columns: 3, probabilities }), INPUTS);
  const tensor = run(all => evaluated({ beta: 0.3, columns: 3, probabilities: all.p! })(all), {
    ...INPUTS,
    p: values([8], probabilities),
  });
  assert.equal(tensor.loss, numbers.loss);
  assert.is.not(run(evaluated({ beta: 0.3, columns: 3 }), INPUTS).loss![0], numbers.loss![0]);
});

test('one column costs one tangent a sample: nothing of the size of a Jacobian, or of a batch tiled d times', () => {
  const { nodes } = trace(evaluated({ beta: 0.3, columns: 1 }), INPUTS);
  const parameters = new Set(Object.values(NET.shapes).map(shape => `${shape}`));
  for (const { shape, op } of nodes) {
    if (op === 'Constant' || op === 'Input' || parameters.has(`${shape}`)) continue;
    const size = shape.reduce((a, b) => a * b, 1);
    assert.ok(size < BATCH * 3 * 8, `${op} [${shape}] is as large as the Jacobian`);
    assert.is.not(shape[0], 8 * BATCH, `${op} [${shape}] is a batch tiled for all columns`);
  }
});

test('what is refused', () => {
  const refused = (hyper: GraeSampledHyper, message: RegExp, inputs: typeof INPUTS = INPUTS) =>
    assert.throws(() => run(evaluated(hyper), inputs), message);
  refused({ beta: 1, columns: 0 }, /columns must be an integer from 1 to 8.*got 0/);
  refused({ beta: 1, columns: 9 }, /got 9/);
  refused({ beta: 1, columns: 1.5 }, /got 1.5/);
  refused({ beta: 1, columns: 1, probabilities: [1] }, /probabilities must be 8 positive numbers/);
  refused({ beta: 1, columns: 1, probabilities: new Array<number>(8).fill(0.25) }, /add up to 1/);
  const { noise: _, ...silent } = INPUTS;
  refused({ beta: 1, columns: 1 }, /noise \[B, d\] is required/, silent as typeof INPUTS);
});

test.run();
