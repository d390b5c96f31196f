/**
 * @file Two tests of the released code, on a dense decoder with as many outputs as CIFAR-10 has:
 * tests/test_vae.py.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../../src/core/derivatives.js';
import { isotropic } from '../../../../src/core/gaussian.js';
import { initialise } from '../../../../src/core/init.js';
import { denseAutoencoder } from '../../../../src/core/net/dense.js';
import { SAMBA, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { perturb } from '../../../../src/core/perturbation.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { sizeOf } from '../../../../src/engine/graph/graph.js';
import { constant } from '../../../../src/engine/ops.js';
import type { Arrays } from '../../../../src/engine/program.js';
import { stream } from '../../../kit.js';

/** A decoder from 8 latents to 32 x 32 x 3, initialised as PyTorch does, and the batch of the test. */
const [LATENT, HIDDEN, DATA, BATCH] = [8, 16, 3072, 128];
const NET = denseAutoencoder({
  encoder: [DATA],
  latent: LATENT,
  decoder: [LATENT, HIDDEN, DATA],
  activation: 'relu',
  output: 'identity',
});
const DECODER = Object.entries(NET.shapes).filter(([name]) => name.startsWith('decoder.'));

/** One parameter object for all cases, to key programs by. */
const SHAPE = {};

const known = new Map<number, Arrays>();

function inputsOf(seed: number): Arrays {
  const found = known.get(seed);
  if (found !== undefined) return found;
  const drawn = (name: string, size: number, kind: 'uniform' | 'normal'): Float64Array => {
    const random = stream(seed, 'authors test', name);
    return Float64Array.from({ length: size }, () => random[kind]());
  };
  const draws = DECODER.map(([name, shape]) => [name, drawn(name, sizeOf(shape), 'uniform')]);
  const net = { shapes: Object.fromEntries(DECODER), fanIn: NET.fanIn };
  const code = drawn('code', BATCH * LATENT, 'normal');
  const inputs = { ...initialise(net, Object.fromEntries(draws)), code };
  known.set(seed, inputs);
  return inputs;
}

/** Gradients at the codes and after the step, of the mean of x - f(z) over all entries: the data drop out. */
export function linearLossGradients(
  rules: SambaRules,
  seed: number,
): { before: Float64Array; after: Float64Array } {
  const program = programOf(rules, SHAPE, 'linear loss', () => ({
    specs: {
      ...Object.fromEntries(DECODER.map(([name, shape]) => [name, { shape }])),
      code: { shape: [BATCH, LATENT] },
    },
    fn: ({ code, ...params }) => {
      const loss = (z: tf.Tensor): tf.Tensor => tf.neg(tf.mean(NET.decode(params, z)));
      const before = gradient(loss, code!);
      const { step } = perturb(isotropic(constant(1)), before, rules);
      return { before, after: gradient(loss, rules.point(code!, step)) };
    },
  }));
  const { before, after } = program.run(inputsOf(seed));
  return { before: before!.slice(), after: after!.slice() };
}

/** Directions that have nothing to do with the gradient. */
const any = (w: tf.Tensor): tf.Tensor => {
  const [rows, columns] = w.shape as [number, number];
  const values = Float64Array.from({ length: w.size }, (_, i) => Math.cos(i * i) / Math.sqrt(columns / 2));
  return constant(values, [rows, columns]);
};

/** Steps that no test should pass. */
export const WRONG_STEPS = {
  'downhill instead of uphill': SAMBA.mistakes.signFlip.rules,
  'no step': SAMBA.mistakes.noStep.rules,
  'a thousand times too long': { ...SAMBA.rules, radius: d => constant(1000 * Math.sqrt(d)) },
  'in a direction that has nothing to do with the gradient': { ...SAMBA.rules, normalise: any },
} as const satisfies Record<string, SambaRules>;

export type WrongStep = keyof typeof WRONG_STEPS;
