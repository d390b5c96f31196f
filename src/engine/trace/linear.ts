/** @file Matrix products and convolutions. */
import * as tf from '@tensorflow/tfjs';
import type { Node } from '../graph/graph.js';
import type { ConvAttrs } from '../graph/ops.js';
import { broadcastShape, type Shape } from '../graph/shapes.js';
import { need, type RuleTable, withAttrs } from './rule.js';

type Shape4 = [number, number, number, number];
type ConvCall = Omit<tf.Conv2DAttrs, 'dilations'> & { readonly dilations?: tf.Conv2DAttrs['dilations'] };

/** Explicit strides and pads of a convolution, and the shape of its result; only NHWC without dilation. */
function convolution(x: Shape, filter: Shape, call: ConvCall): { attrs: ConvAttrs; shape: Shape } {
  if (call.dataFormat !== 'NHWC')
    throw new Error(`trace: conv2d must be in NHWC layout, got ${call.dataFormat}`);
  const dilations = [call.dilations ?? 1].flat();
  if (dilations.some(dilation => dilation !== 1))
    throw new Error(`trace: conv2d must have dilation 1, got ${dilations.join('x')}`);
  const info = tf.backend_util.computeConv2DInfo(
    [...x] as Shape4,
    [...filter] as Shape4,
    call.strides,
    1,
    call.pad,
    call.dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  return {
    attrs: {
      strides: [info.strideHeight, info.strideWidth],
      pad: [
        [top, bottom],
        [left, right],
      ],
    },
    shape: info.outShape,
  };
}

const matrixShape = (x: Node, transpose: boolean): [number, number] => {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return transpose ? [columns, rows] : [rows, columns];
};

export const LINEAR: RuleTable = {
  BatchMatMul: withAttrs<tf.BatchMatMulAttrs>((b, inputs, { transposeA, transposeB }) => {
    const [x, y] = [need(inputs, 'a'), need(inputs, 'b')];
    const [rows, inner] = matrixShape(x, transposeA);
    const [innerY, columns] = matrixShape(y, transposeB);
    if (inner !== innerY)
      throw new Error(
        `matMul: inner dimensions must agree, got [${x.shape}] and [${y.shape}] (transposed: ` +
          `${transposeA}, ${transposeB})`,
      );
    const shape = [...broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2)), rows, columns];
    return b.add('MatMul', [x, y], { transposeA, transposeB }, shape, x.dtype);
  }),
  Conv2D: withAttrs<tf.Conv2DAttrs>((b, inputs, call) => {
    const [x, filter] = [need(inputs, 'x'), need(inputs, 'filter')];
    const { attrs, shape } = convolution(x.shape, filter.shape, call);
    return b.add('Conv2D', [x, filter], attrs, shape, 'float');
  }),
  Conv2DBackpropInput: withAttrs<tf.Conv2DBackpropInputAttrs>((b, inputs, call) => {
    const [dy, filter] = [need(inputs, 'dy'), need(inputs, 'filter')];
    const { attrs } = convolution(call.inputShape, filter.shape, call);
    return b.add('Conv2DInputGrad', [dy, filter], attrs, call.inputShape, 'float');
  }),
  Conv2DBackpropFilter: withAttrs<tf.Conv2DBackpropFilterAttrs>((b, inputs, call) => {
    const [x, dy] = [need(inputs, 'x'), need(inputs, 'dy')];
    const { attrs } = convolution(x.shape, call.filterShape, call);
    return b.add('Conv2DFilterGrad', [x, dy], attrs, call.filterShape, 'float');
  }),
};
