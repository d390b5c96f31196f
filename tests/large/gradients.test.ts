/** @file Gradients of the training step on the ResNet-18 of the experiments, in training mode, against differences of the loss. */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { unitRows } from '../../properties/support/jets.js';
import { gradient } from '../../src/core/derivatives.js';
import type { Objective } from '../../src/core/objectives/objective.js';
import { makeSamba, SAMBA_RULES } from '../../src/core/objectives/samba.js';
import { type ObjectiveSpec, objectiveOf } from '../../src/core/objectives/table.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import type { Arrays } from '../../src/engine/program.js';
import { fill, stream } from '../../src/theory/random.js';
import { slope } from '../core/support.js';
import { suite } from '../harness.js';
import { drawCase, LATENT, prefixed, program } from './network.js';

const BATCH = 3;
const OF = { activation: 'softplus', batch: BATCH, mode: 'training' } as const;
const CODES = { shape: [BATCH, LATENT] };
const SAMBA = { name: 'samba', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } } as const;
const SPECS: readonly ObjectiveSpec[] = [
  { name: 'vae', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } },
  SAMBA,
  { name: 'rae-loss-gradient', rec: 'mean', beta: 0.1, lambda: 0.3 },
];

const test = suite('large/gradients');

const inputs = drawCase('softplus', BATCH, 1);
const noise = fill(new Float64Array(BATCH * LATENT), 'normal', stream(1, 'noise'));

/** g_i / |g_i| at the codes, cross-sample terms included. */
const direction = ((): Float64Array => {
  const atCode = program(OF, {}, ({ net, params, x }) => {
    const error = (z: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.sub(x, net.decode(params, z))));
    return { gradient: gradient(error, net.encode(params, x).mean) };
  });
  return unitRows(atCode.run(inputs).gradient!, BATCH);
})();

/** A direction in the space of all parameters, of the size of each parameter. */
function along(): Arrays {
  const entries = Object.entries(inputs).filter(([name]) => name.startsWith('param.'));
  return Object.fromEntries(
    entries.map(([name, values]) => {
      const size = Math.max(0.1, Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length));
      const draws = fill(new Float64Array(values.length), 'uniform', stream(1, 'along', name));
      return [name, draws.map(u => size * (2 * u - 1))];
    }),
  );
}

/** SAMBA's gradient holds the direction of its step fixed: so does the loss whose differences are taken. */
const differenced = (spec: ObjectiveSpec, held: tf.Tensor): Objective<unknown> => {
  if (spec.name !== 'samba') return objectiveOf(spec);
  const samba = makeSamba({ ...SAMBA_RULES, normalise: () => held });
  return { ...samba, evaluate: (net, params, batch) => samba.evaluate(net, params, batch, SAMBA) };
};

for (const spec of SPECS)
  test(`${spec.name}: the derivative along all parameters at once`, () => {
    const more = { noise: CODES, direction: CODES };
    const all = { ...inputs, noise, direction };
    const analytic = program(OF, more, ({ net, params, x, more }) =>
      prefixed(
        'grad',
        evaluateWithGradient(objectiveOf(spec), net, params, { x, noise: more.noise! }, undefined).grads,
      ),
    ).run(all);
    const loss = program(OF, more, ({ net, params, x, more }) => {
      const objective = differenced(spec, more.direction!);
      return { loss: objective.evaluate(net, params, { x, noise: more.noise! }, undefined).loss };
    });
    const v = along();
    const expected = Object.entries(v).reduce((sum, [name, direction]) => {
      const grad = analytic[name.replace('param.', 'grad.')]!;
      return sum + direction.reduce((inner, x, i) => inner + x * grad[i]!, 0);
    }, 0);
    loss.run(all);
    const measured = slope(t => {
      const moved = Object.entries(v).map(
        ([name, direction]) => [name, inputs[name]!.map((x, i) => x + t * direction[i]!)] as const,
      );
      return loss.update(Object.fromEntries(moved)).loss![0]!;
    }, 1e-3);
    const error = Math.abs(measured - expected) / Math.abs(expected);
    assert.ok(error < 1e-8, `${measured} against ${expected}: ${error}`);
  });

test.run();
