/** @file Gradients of objectives on a large network in training mode, against differences of their losses. */
import type * as tf from '@tensorflow/tfjs';
import type { Objective } from '../../../src/core/objectives/objective.js';
import { evaluateWithGradient } from '../../../src/core/step.js';
import type { Arrays } from '../../../src/engine/program.js';
import { fill, stream } from '../../kit.js';
import { prefixed } from '../network/network.js';
import { drawCase } from './draw.js';
import { functionOf, LATENT, type Large } from './network.js';
import type { Workshop } from './workshop.js';

/** An objective and the function whose derivative its gradient should be. */
export interface Differentiated {
  /** What a negative control replaces. */
  readonly rules: object;
  readonly objective: Objective<undefined>;
  /**
   * Given what the objective holds fixed, g_i / |g_i| at the codes [B, d]; the objective itself when absent.
   */
  readonly held?: (direction: tf.Tensor) => Objective<undefined>;
  /** g_i / |g_i| [B, d], where `held` asks for it. */
  readonly direction?: Float64Array;
}

/** A direction in the space of all parameters, of the size of each. */
function along(inputs: Arrays, seed: number): Arrays {
  const entries = Object.entries(inputs).filter(([name]) => name.startsWith('param.'));
  return Object.fromEntries(
    entries.map(([name, values]) => {
      const size = Math.max(0.1, Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length));
      const draws = fill(new Float64Array(values.length), 'uniform', stream(seed, 'along', name));
      return [name, draws.map(u => size * (2 * u - 1))];
    }),
  );
}

/** f'(0) from six values, off by h^6 f^(7) / 140. */
function slope(f: (t: number) => number, h: number): number {
  const d = (k: number): number => f(k * h) - f(-k * h);
  return (45 * d(1) - 9 * d(2) + d(3)) / (60 * h);
}

const STEP = 1e-3;

/**
 * The derivative of a loss along a random direction in all parameters and codes at once, by its gradient and
 * by differences.
 */
export function slopesAt(large: Large, seed: number, shop: Workshop, one: Differentiated) {
  const name = `slopes of ${one.objective.name} ${large.batch} ${large.mode} ${seed}`;
  const [found] = shop.numbers(one.rules, name, () => [measure(large, seed, shop, one)]);
  return { gradient: found![0]!, differences: found![1]! };
}

function measure(large: Large, seed: number, shop: Workshop, one: Differentiated): Float64Array {
  const size = large.batch * LATENT;
  const { rules, objective, held, direction = new Float64Array(size) } = one;
  const codes = { shape: [large.batch, LATENT] };
  const inputs = {
    ...drawCase(large, seed, shop),
    noise: fill(new Float64Array(size), 'normal', stream(seed, 'noise')),
  };
  const v = along(inputs, seed);
  const analytic = shop.program(rules, `gradient of ${objective.name}`, () =>
    functionOf(large, { noise: codes }, ({ net, params, x, more }) => {
      const given = { x, noise: more.noise! };
      return prefixed('grad', evaluateWithGradient(objective, net, params, given, undefined).grads);
    }),
  );
  const grads = analytic.run(inputs);
  const gradient = Object.entries(v).reduce((total, [name, values]) => {
    const grad = grads[name.replace('param.', 'grad.')]!;
    return total + values.reduce((inner, x, i) => inner + x * grad[i]!, 0);
  }, 0);
  const loss = shop.program(rules, `loss of ${objective.name}`, () =>
    functionOf(large, { noise: codes, direction: codes }, ({ net, params, x, more }) => {
      const whole = held === undefined ? objective : held(more.direction!);
      return { loss: whole.evaluate(net, params, { x, noise: more.noise! }, undefined).loss };
    }),
  );
  loss.run({ ...inputs, direction });
  const at = (t: number): number => {
    const moved = Object.entries(v).map(([name, values]) => [
      name,
      inputs[name as keyof typeof inputs]!.map((x, i) => x + t * values[i]!),
    ]);
    return loss.update(Object.fromEntries(moved)).loss![0]!;
  };
  return Float64Array.of(gradient, slope(at, STEP));
}
