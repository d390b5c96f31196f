/** @file Decoders that a gradient penalty does not see. */
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import type { RaeCase } from './cases.js';

const small = (activation: 'sin' | 'tanh', decoder: readonly number[]): Shape => ({
  net: { encoder: [2], latent: 1, decoder, activation, output: 'identity' },
  batch: 1,
});
const CIRCLE = small('sin', [1, 2, 2]);
const LINE = small('tanh', [1, 2]);

/** A decoder at a code that the encoder gives for any x. */
const at = (shape: Shape, z: number, x: readonly number[], decoder: AutoencoderCase['params']): RaeCase => ({
  model: { shape, params: { 'mu.weight': [0, 0], 'mu.bias': [z], ...decoder }, x, alpha: 0.5 },
  beta: 1,
  lambda: 1,
});

/** D(z) = rho (cos z, sin z) */
export const circle = (rho: number, z: number, x: readonly number[] = [1, 0]): RaeCase =>
  at(CIRCLE, z, x, {
    'decoder.0.weight': [1, 1],
    'decoder.0.bias': [Math.PI / 2, 0],
    'decoder.1.weight': [rho, 0, 0, rho],
    'decoder.1.bias': [0, 0],
  });

/** D(z) = slope (z, -z), of a perfect reconstruction where x is. */
export const line = (z: number, x: readonly number[], slope = 1): RaeCase =>
  at(LINE, z, x, { 'decoder.0.weight': [slope, -slope], 'decoder.0.bias': [0, 0] });
