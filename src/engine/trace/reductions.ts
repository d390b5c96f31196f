/** @file Reductions and what is composed of them. */
import * as tf from '@tensorflow/tfjs';
import type { GraphBuilder } from '../graph/builder.js';
import type { Node } from '../graph/graph.js';
import { sizeOf } from '../graph/shapes.js';
import { need, type RuleTable, withAttrs } from './rule.js';

const axesOf = (axis: number | number[], x: Node): number[] => tf.util.parseAxisParam(axis, [...x.shape]);

const minimumOver = (b: GraphBuilder, x: Node, axes: readonly number[], keepDims: boolean): Node =>
  b.unary('Neg', b.reduce('ReduceMax', b.unary('Neg', x), axes, keepDims));

export const REDUCTIONS: RuleTable = {
  Sum: withAttrs<tf.SumAttrs>((b, inputs, { axis, keepDims }) => {
    const x = need(inputs, 'x');
    return b.reduce('Sum', b.cast(x, x.dtype === 'bool' ? 'int' : x.dtype), axesOf(axis, x), keepDims);
  }),
  Mean: withAttrs<tf.MeanAttrs>((b, inputs, { axis, keepDims }) => {
    const x = b.cast(need(inputs, 'x'), 'float');
    const axes = axesOf(axis, x);
    const count = sizeOf(axes.map(i => x.shape[i]!));
    return b.withNumber('Div', b.reduce('Sum', x, axes, keepDims), count);
  }),
  Max: withAttrs<tf.MaxAttrs>((b, inputs, { reductionIndices, keepDims }) => {
    const x = need(inputs, 'x');
    return b.reduce('ReduceMax', x, axesOf(reductionIndices, x), keepDims);
  }),
  Min: withAttrs<tf.MinAttrs>((b, inputs, { axis, keepDims }) => {
    const x = need(inputs, 'x');
    return minimumOver(b, x, axesOf(axis, x), keepDims);
  }),
  Softmax: withAttrs<tf.SoftmaxAttrs>((b, inputs, { dim }) => {
    const logits = need(inputs, 'logits');
    const axes = axesOf(dim, logits);
    // Shifted by the maximum, so that the exponentials do not overflow.
    const exps = b.unary('Exp', b.binary('Sub', logits, b.reduce('ReduceMax', logits, axes, true)));
    return b.binary('Div', exps, b.reduce('Sum', exps, axes, true));
  }),
  FusedBatchNorm: withAttrs<tf.FusedBatchNormAttrs>((b, inputs, { varianceEpsilon }) => {
    const { scale, offset } = inputs;
    const centred = b.binary('Sub', need(inputs, 'x'), need(inputs, 'mean'));
    const inverse = b.unary('Rsqrt', b.withNumber('Add', need(inputs, 'variance'), varianceEpsilon));
    const scaled = b.binary('Mul', centred, scale === undefined ? inverse : b.binary('Mul', inverse, scale));
    return offset === undefined ? scaled : b.binary('Add', scaled, offset);
  }),
};
