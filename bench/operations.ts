/** @file How much arithmetic a step is. */
import type { Graph, Node } from '../src/engine/graph/graph.js';
import { sizeOf } from '../src/engine/graph/graph.js';
import { graphOf, trainingStepOf } from '../src/train/graphs.js';
import { LATENT, modelOf, OBJECTIVES, RATE } from './step/job.js';

/** Multiplications and additions of one convolution or matrix product, as it is defined. */
function operationsOf(node: Node, { nodes }: Graph): number {
  const [a, b] = node.inputs.map(id => nodes[id]!.shape);
  switch (node.op) {
    case 'Conv2D':
      return 2 * sizeOf(node.shape) * sizeOf(b!.slice(0, 3));
    case 'Conv2DInputGrad':
      return 2 * sizeOf(a!) * sizeOf(b!.slice(0, 3));
    case 'Conv2DFilterGrad':
      return 2 * sizeOf(b!) * sizeOf(node.shape.slice(0, 3));
    case 'MatMul':
      return 2 * sizeOf(node.shape) * a!.at(node.attrs.transposeA ? -2 : -1)!;
    default:
      return 0;
  }
}

/** Of all convolutions and matrix products of a VAE step. */
export function stepOperations(width: number, batch: number): number {
  const job = { objective: OBJECTIVES.vae, width, batch, threads: 1, latent: LATENT, rate: RATE };
  const graph = graphOf(trainingStepOf(modelOf(job), batch));
  return graph.nodes.reduce((sum, node) => sum + operationsOf(node, graph), 0);
}
