/**
 * @file Gradients that are right to any order. Importing this replaces tfjs's own where they save their
 * output (then second derivatives are silently wrong: exp, tanh, sigmoid, ...), ignore broadcasting (maximum,
 * matMul), round their constants to float32 (erf, selu) or miss a derivative (where, clip,
 * conv2DBackpropFilter). It concerns every backend.
 *
 * Left to tfjs, as its gradients are made of operations that are right again: neg, expm1, log, log1p, sqrt,
 * square, reciprocal, sin, cos, softplus, relu, relu6, prelu, step, sign, add, sub, mul, div, addN, identity,
 * reshape, expandDims, transpose, slice, pad, concat, stack, reverse, oneHot, zerosLike, onesLike, conv2d and
 * conv2DBackpropInput.
 */
import * as tf from '@tensorflow/tfjs';
import { BINARY_GRADIENTS } from './binary.js';
import { LINEAR_GRADIENTS } from './linear.js';
import { REDUCTION_GRADIENTS } from './reductions.js';
import { SHAPE_GRADIENTS } from './shapes.js';
import { UNARY_GRADIENTS } from './unary.js';

const ALL = [UNARY_GRADIENTS, BINARY_GRADIENTS, REDUCTION_GRADIENTS, SHAPE_GRADIENTS, LINEAR_GRADIENTS];

for (const config of ALL.flat()) tf.registerGradient(config);

// Production mode only silences tfjs's advertisement of tfjs-node, printed in the middle of our output;
// argument checks stay.
tf.enableProdMode();
