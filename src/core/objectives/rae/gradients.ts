/** @file Derivatives that penalties are made of, one right for one objective and wrong for the others. */
import * as tf from '@tensorflow/tfjs';
import { gradient, jacobian } from '../../derivatives.js';
import { type Point, squaredNorm } from '../objective.js';

/** J_f at the code, [B, D, d]. */
export const decoderJacobian = (at: Point): tf.Tensor => jacobian(at.decode, at.z);

/** The gradient of rec_i at the code, [B, d]. */
export const lossGradient = (at: Point): tf.Tensor => gradient(at.loss, at.z);

/** J^T 1, [B, d]: what a gradient of the summed output gives. */
export const columnSums = (at: Point): tf.Tensor => gradient(z => tf.sum(at.decode(z), 1), at.z);

/** 2 J^T f, [B, d]: the gradient of the squared output. */
export const squaredOutputGradient = (at: Point): tf.Tensor => gradient(z => squaredNorm(at.decode(z)), at.z);
