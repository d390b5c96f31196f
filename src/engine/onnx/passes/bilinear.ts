/**
 * @file Convolutions with fewer multiplications. A 3x3 convolution, one with stride 2, and one of an image
 * whose pixels were repeated become bilinear algorithms (Winograd's), their two gradients the transposes of
 * these. Images and filters are transformed once for a convolution and its gradients, unless `recompute`
 * rematerialises the transforms.
 */

import type { GraphBuilder } from '../../graph/builder.js';
import type { Graph, Node } from '../../graph/graph.js';
import { rewrite } from '../../graph/rewrite.js';
import { same } from '../../graph/shapes.js';
import { type Choice, choose, LIMITS, type Limits } from './bilinear/choose.js';
import {
  collectRead,
  collectWritten,
  filterOf,
  filterTerms,
  spreadRead,
  spreadWritten,
} from './bilinear/transform.js';

/** Between [N, H, W, C] and [H, W, N, C]. */
const pixelsFirst = (b: GraphBuilder, images: Node): Node => b.transpose(images, [1, 2, 0, 3]);
const batchFirst = (b: GraphBuilder, images: Node): Node => b.transpose(images, [2, 0, 1, 3]);

function matMul(b: GraphBuilder, left: Node, right: Node, transposeA: boolean, transposeB: boolean): Node {
  const shape = [left.shape[0]!, left.shape[transposeA ? 2 : 1]!, right.shape[transposeB ? 1 : 2]!];
  return b.add('MatMul', [left, right], { transposeA, transposeB }, shape, 'float');
}

function convolved(b: GraphBuilder, x: Node, filter: Node, choice: Choice): Node {
  const seen = spreadRead(b, pixelsFirst(b, x), choice);
  const products = matMul(b, seen, filterTerms(b, filter, choice), false, true);
  return batchFirst(b, collectWritten(b, products, choice));
}

function inputGradient(b: GraphBuilder, dy: Node, filter: Node, choice: Choice): Node {
  const seen = spreadWritten(b, pixelsFirst(b, dy), choice);
  const products = matMul(b, seen, filterTerms(b, filter, choice), false, false);
  return batchFirst(b, collectRead(b, products, choice));
}

function filterGradient(b: GraphBuilder, x: Node, dy: Node, choice: Choice): Node {
  const seen = spreadRead(b, pixelsFirst(b, x), choice);
  const made = spreadWritten(b, pixelsFirst(b, dy), choice);
  return filterOf(b, matMul(b, made, seen, true, false), choice);
}

/** The images [N, H, W, C] whose pixels were repeated to make these, if that is how they were made. */
function beforeEnlarging(images: Node, nodes: readonly Node[]): Node | undefined {
  if (images.op !== 'Reshape') return undefined;
  const repeated = nodes[images.inputs[0]!]!;
  if (repeated.op !== 'Broadcast') return undefined;
  const apart = nodes[repeated.inputs[0]!]!;
  if (apart.op !== 'Reshape') return undefined;
  const source = nodes[apart.inputs[0]!]!;
  const [n, h, w, c] = source.shape as [number, number, number, number];
  const matches =
    source.shape.length === 4 &&
    same(apart.shape, [n, h, 1, w, 1, c]) &&
    same(repeated.shape, [n, h, 2, w, 2, c]) &&
    same(images.shape, [n, 2 * h, 2 * w, c]);
  return matches ? source : undefined;
}

/** The input gradient whose pixels are summed in squares of four, if that is what the node does. */
function beforeSumming(sum: Node, nodes: readonly Node[]): Node<'Conv2DInputGrad'> | undefined {
  if (sum.op !== 'Sum' || sum.attrs.keepDims || !same(sum.attrs.axes, [2, 4])) return undefined;
  const apart = nodes[sum.inputs[0]!]!;
  if (apart.op !== 'Reshape' || apart.shape.length !== 6 || apart.shape[2] !== 2 || apart.shape[4] !== 2)
    return undefined;
  const gradient = nodes[apart.inputs[0]!]!;
  const [n, h, w, c] = sum.shape as [number, number, number, number];
  return gradient.op === 'Conv2DInputGrad' && same(gradient.shape, [n, 2 * h, 2 * w, c])
    ? gradient
    : undefined;
}

/** Values keep to the rounding of other sums of the same products. */
export const bilinear = (graph: Graph, limits: Limits = LIMITS): Graph =>
  rewrite(graph, (node, inputs, b, standIn) => {
    switch (node.op) {
      case 'Conv2D':
      case 'Conv2DFilterGrad': {
        const [x, other] = inputs as [Node, Node];
        const small = beforeEnlarging(x, b.nodes);
        const filter = node.op === 'Conv2D' ? other.shape : node.shape;
        const choice = choose((small ?? x).shape, filter, node.attrs, small !== undefined, limits);
        if (choice === undefined) return undefined;
        return (node.op === 'Conv2D' ? convolved : filterGradient)(b, small ?? x, other, choice);
      }
      case 'Conv2DInputGrad': {
        const [dy, filter] = inputs as [Node, Node];
        const choice = choose(node.shape, filter.shape, node.attrs, false, limits);
        return choice && inputGradient(b, dy, filter, choice);
      }
      case 'Sum': {
        const gradient = beforeSumming(node, graph.nodes);
        if (gradient === undefined) return undefined;
        const [dy, filter] = gradient.inputs.map(standIn) as [Node, Node];
        const choice = choose(node.shape, filter.shape, gradient.attrs, true, limits);
        return choice && inputGradient(b, dy, filter, choice);
      }
      default:
        return undefined;
    }
  });
