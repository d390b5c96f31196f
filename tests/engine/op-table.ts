/** @file Every tfjs kernel that a trace takes, in a case small enough to be differenced. */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../src/engine/ops.js';
import { type OpCase, spreadNumbers } from './op-table/case.js';
import { BINARY_CASES, UNARY_CASES } from './op-table/elementwise.js';
import { LINEAR_CASES } from './op-table/linear.js';
import { REDUCTION_CASES, SHAPE_CASES } from './op-table/shapes.js';

export const OP_TABLE: readonly OpCase[] = [
  ...UNARY_CASES,
  ...BINARY_CASES,
  ...REDUCTION_CASES,
  ...SHAPE_CASES,
  ...LINEAR_CASES,
];

/** The tfjs kernels whose derivatives the table checks. */
export const COVERED_KERNELS: ReadonlySet<string> = new Set(OP_TABLE.map(({ kernel }) => kernel));

/** A scalar that depends on every entry of y to all orders: a weighted sum of sines. */
export const probe = (y: tf.Tensor): tf.Tensor =>
  tf.sum(tf.mul(tf.sin(y), constant(spreadNumbers(y.size, 7), y.shape)));
