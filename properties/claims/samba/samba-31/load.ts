/**
 * @file The computational load of a training step: the matrix products of its graph, of the very graph that
 * is run.
 */
import type * as tf from '@tensorflow/tfjs';
import { type DenseSpec, denseAutoencoder } from '../../../../src/core/net/dense.js';
import type { Autoencoder, Params } from '../../../../src/core/net/network.js';
import type { Objective } from '../../../../src/core/objectives/objective.js';
import { evaluateWithGradient } from '../../../../src/core/step.js';
import { type Graph, sizeOf } from '../../../../src/engine/graph/graph.js';
import { optimise } from '../../../../src/engine/passes/optimise.js';
import { trace } from '../../../../src/engine/trace.js';

/** Multiplications in all matrix products of a graph. */
function products({ nodes }: Graph): number {
  return nodes.reduce((sum, node) => {
    if (node.op !== 'MatMul') return sum;
    const left = nodes[node.inputs[0]!]!.shape;
    const inner = left.at(node.attrs.transposeA ? -2 : -1)!;
    return sum + sizeOf(node.shape) * inner;
  }, 0);
}

/** Multiplications of one pass through the decoder, and of the encoder's forward and backward passes. */
export function passes({ encoder, latent, decoder }: DenseSpec, batch: number) {
  const through = (sizes: readonly number[]): number =>
    sizes.slice(1).reduce((sum, size, i) => sum + batch * sizes[i]! * size, 0);
  // the gradient with respect to the data is not wanted
  const first = batch * encoder[0]! * (encoder[1] ?? latent);
  return { decoder: through(decoder), encoder: 3 * through([...encoder, latent]) - first };
}

/** A loss with its hyper-parameters. */
export interface LossOf<Hyper> {
  readonly objective: Objective<Hyper>;
  readonly hyper: Hyper;
}

/**
 * Multiplications in one evaluation of a loss with all gradients, after the passes that every engine applies.
 */
export function loadOf<Hyper>({ objective, hyper }: LossOf<Hyper>, spec: DenseSpec, batch: number): number {
  const net: Autoencoder = denseAutoencoder(spec);
  const specs = {
    ...Object.fromEntries(Object.entries(net.shapes).map(([name, shape]) => [name, { shape }])),
    x: { shape: [batch, ...net.data] },
    ...(objective.usesNoise && { noise: { shape: [batch, net.latent] } }),
  };
  const graph = trace(inputs => {
    const params: Params = Object.fromEntries(Object.keys(net.shapes).map(name => [name, inputs[name]!]));
    const given: { x: tf.Tensor; noise?: tf.Tensor } = {
      x: inputs.x!,
      ...(objective.usesNoise && { noise: inputs.noise! }),
    };
    const { loss, grads } = evaluateWithGradient(objective, net, params, given, hyper);
    return { loss, ...grads };
  }, specs);
  return products(optimise(graph));
}
