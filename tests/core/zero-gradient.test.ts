/**
 * @file Perfect reconstruction: the gradient at the code is exactly zero, and everything must stay finite.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gradients } from '../../src/core/derivatives.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import type { Params } from '../../src/core/net/network.js';
import { OBJECTIVES } from '../../src/core/objectives/list.js';
import type { Objective } from '../../src/core/objectives/objective.js';
import { makeSamba, SAMBA_RULES } from '../../src/core/objectives/samba/samba.js';
import { suite } from '../harness.js';
import { close, draw, drawParams, finite, type Named, paramsOf, prefixed, run, values } from './support.js';

const NET = denseAutoencoder({
  encoder: [2],
  latent: 2,
  decoder: [2, 3, 2],
  activation: 'tanh',
  output: 'identity',
  posterior: 'diagonal',
});

/** The decoder's last layer ignores its inputs, so that f = x for the first sample but not for the second. */
const INPUTS: Named = {
  ...drawParams(1, NET.shapes),
  'param.decoder.1.weight': values([2, 3], new Float64Array(6)),
  'param.decoder.1.bias': values([2], [0.5, -0.25]),
  x: values([2, 2], [0.5, -0.25, 1, 1]),
};
const PERFECT: Named = { ...INPUTS, x: values([1, 2], [0.5, -0.25]) };

/** Loss, gradient, and gradient of <gradient, direction>: a Hessian-vector product. */
function derivatives<Hyper>(
  objective: Objective<Hyper>,
  hyper: Hyper,
  inputs: Named,
): Record<string, Float64Array> {
  const direction = Object.fromEntries(
    Object.entries(NET.shapes).map(([n, s], i) => [`d.${n}`, draw(50 + i, s)]),
  );
  return run(
    all => {
      const params = paramsOf(all);
      const evaluate = (p: Params) => {
        const { loss, terms, zeroDirections } = objective.evaluate(NET, p, { x: all.x! }, hyper);
        return { loss, aux: zeroDirections === undefined ? terms : { ...terms, zeroDirections } };
      };
      const first = gradients(evaluate, params);
      const second = gradients(p => {
        const { grads } = gradients(evaluate, p);
        const products = Object.entries(grads).map(([name, g]) => tf.sum(tf.mul(g, all[`d.${name}`]!)));
        return { loss: tf.addN(products), aux: {} };
      }, params);
      return {
        loss: first.loss,
        ...first.aux,
        ...prefixed('grad.', first.grads),
        ...prefixed('hess.', second.grads),
      };
    },
    { ...inputs, ...direction },
  );
}

const test = suite('core/zero-gradient');

const variance = { fixed: 0.3 };
const live = makeSamba({ ...SAMBA_RULES, detach: (w, norm) => [w, norm] });

test('SAMBA: finite, no step, counted', () => {
  for (const objective of [OBJECTIVES.samba, live])
    for (const hyper of [
      { rec: 'sum', beta: 0.5, variance },
      { rec: 'mean', beta: 0.5, variance: 'learned' },
    ] as const) {
      for (const inputs of [INPUTS, PERFECT]) finite(derivatives(objective, hyper, inputs));
      const out = derivatives(objective, hyper, PERFECT);
      close(out.reconstruction!, [0], 0);
      // the decoder ignores the code: no sample of either batch has a direction
      close(out.zeroDirections!, [1], 0);
      close(derivatives(objective, hyper, INPUTS).zeroDirections!, [2], 0);
    }
});

test('SAMBA: one sample with a direction beside one without', () => {
  const inputs = {
    ...INPUTS,
    'param.decoder.1.weight': draw(90, [2, 3]),
    'param.decoder.0.bias': values([3], [0, 0, 0]),
  };
  const zeroCode = {
    ...inputs,
    'param.mu.bias': values([2], [0, 0]),
    x: values([2, 2], [0, 0, 1, 1]),
    'param.decoder.1.bias': values([2], [0, 0]),
  };
  const out = derivatives(OBJECTIVES.samba, { rec: 'sum', beta: 0.5, variance }, zeroCode);
  finite(out);
  close(out.zeroDirections!, [1], 0);
});

test('RAE: the penalty and its gradient are zero', () => {
  const hyper = { rec: 'sum', beta: 0.25, lambda: 0.7 } as const;
  const out = derivatives(OBJECTIVES['rae-loss-gradient'], hyper, PERFECT);
  const without = derivatives(OBJECTIVES['rae-loss-gradient'], { ...hyper, lambda: 0 }, PERFECT);
  finite(out);
  close(out.penalty!, [0], 0);
  for (const [name, value] of Object.entries(without)) close(out[name]!, value, 0, name);
});

test('Jacobian penalties and GRAE: finite at a Jacobian of zero', () => {
  for (const power of [1, 2] as const)
    finite(derivatives(OBJECTIVES['rae-jacobian'], { rec: 'sum', beta: 0.5, lambda: 1, power }, INPUTS));
  for (const name of ['rae-ghosh-code', 'rae-pythae'] as const)
    finite(derivatives(OBJECTIVES[name], { rec: 'sum', beta: 0.5, lambda: 1 }, INPUTS));
  finite(derivatives(OBJECTIVES.grae, { beta: 0.5 }, INPUTS));
  finite(derivatives(OBJECTIVES['grae-hadamard'], { beta: 0.5 }, INPUTS));
  finite(derivatives(OBJECTIVES['vae-sam-rae'], { klCoeff: 0.5, alpha2: 0.1 }, PERFECT));
  finite(derivatives(OBJECTIVES['vae-sam-samba'], { klCoeff: 0.5, alpha2: 0.1 }, PERFECT));
});

test('nothing here is vacuous: the second derivative is not zero', () => {
  const out = derivatives(OBJECTIVES.samba, { rec: 'sum', beta: 0.5, variance }, INPUTS);
  assert.ok(
    Object.entries(out).some(([name, value]) => name.startsWith('hess.') && Math.hypot(...value) > 0.1),
  );
});

test.run();
