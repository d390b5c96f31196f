import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import * as gaussian from '../../src/core/gaussian.js';
import { suite } from '../harness.js';
import { close, draw, run, scalarOf, values } from './support.js';

const B = 2;
const D = 3;

/** L of one sample's Cholesky entries, as documented: log-diagonal, then the strict triangle by rows. */
const factorOf = (e: ArrayLike<number>): number[][] => [
  [Math.exp(e[0]!), 0, 0],
  [e[3]!, Math.exp(e[1]!), 0],
  [e[4]!, e[5]!, Math.exp(e[2]!)],
];

const samples = (x: Float64Array, width: number): Float64Array[] =>
  Array.from({ length: B }, (_, i) => x.slice(i * width, (i + 1) * width));

const test = suite('core/gaussian');

test('Cholesky factor: layout, action, trace, determinant and divergence', () => {
  const entries = draw(1, [B, 6]);
  const v = draw(2, [B, D]);
  const out = run(
    ({ entries, v }) => {
      const scale = gaussian.cholesky(entries!, D);
      return {
        factor: scale.factor,
        up: gaussian.scaleUp(scale, v!),
        white: gaussian.whiten(scale, v!),
        columns: gaussian.scaleColumns(tf.expandDims(v!, 1), scale),
        trace: gaussian.trace(scale, D),
        logDet: gaussian.logDeterminant(scale, D),
        kl: gaussian.gaussianKl(v!, scale),
      };
    },
    { entries, v },
  );
  const factors = samples(entries.values, 6).map(factorOf);
  const vectors = samples(v.values, D);
  close(out.factor!, factors.flat(2), 1e-15, 'factor');
  const up = factors.flatMap((l, i) => l.map(row => row.reduce((s, x, j) => s + x * vectors[i]![j]!, 0)));
  close(out.up!, up, 1e-15, 'L v');
  const white = factors.flatMap((l, i) =>
    [0, 1, 2].map(k => l.reduce((s, row, j) => s + row[k]! * vectors[i]![j]!, 0)),
  );
  close(out.white!, white, 1e-15, 'L^T g');
  close(out.columns!, white, 1e-15, 'J L');
  const traces = factors.map(l => l.flat().reduce((s, x) => s + x * x, 0));
  const logDets = samples(entries.values, 6).map(e => 2 * (e[0]! + e[1]! + e[2]!));
  close(out.trace!, traces, 1e-15, 'trace');
  close(out.logDet!, logDets, 1e-15, 'log det');
  const kl = vectors.map((m, i) => (m.reduce((s, x) => s + x * x, 0) + traces[i]! - D - logDets[i]!) / 2);
  close(out.kl!, kl, 1e-14, 'KL');
});

test('diagonal and isotropic scales agree with the Cholesky form', () => {
  const logVariance = draw(3, [B, D]);
  const v = draw(4, [B, D]);
  const variance = scalarOf(0.3);
  const jacobian = draw(5, [B, 4, D]);
  const of = (
    scale: gaussian.Scale,
    v: tf.Tensor,
    jacobian: tf.Tensor,
    name: string,
  ): Record<string, tf.Tensor> => ({
    [`${name}.up`]: gaussian.scaleUp(scale, v),
    [`${name}.white`]: gaussian.whiten(scale, v),
    [`${name}.columns`]: gaussian.scaleColumns(jacobian, scale),
    [`${name}.kl`]: gaussian.gaussianKl(v, scale),
  });
  const out = run(
    inputs => {
      const [v, jacobian] = [inputs.v!, inputs.jacobian!];
      const asCholesky = (logVariance: tf.Tensor): gaussian.Scale =>
        gaussian.cholesky(tf.concat([tf.mul(logVariance, 0.5), tf.zeros([B, 3])], 1), D);
      const same = tf.add(tf.zeros([B, D]), tf.log(inputs.variance!));
      return {
        ...of(gaussian.diagonal(inputs.logVariance!), v, jacobian, 'diagonal'),
        ...of(asCholesky(inputs.logVariance!), v, jacobian, 'full'),
        ...of(gaussian.isotropic(inputs.variance!), v, jacobian, 'isotropic'),
        ...of(gaussian.isotropic(0.3), v, jacobian, 'number'),
        ...of(asCholesky(same), v, jacobian, 'same'),
      };
    },
    { logVariance, v, variance, jacobian },
  );
  for (const [a, b] of [
    ['diagonal', 'full'],
    ['isotropic', 'same'],
    ['number', 'same'],
  ])
    for (const part of ['up', 'white', 'columns', 'kl'])
      close(out[`${a}.${part}`]!, out[`${b}.${part}`]!, 1e-14, `${a}.${part}`);
});

test('the divergence is zero at the prior', () => {
  const mean = values([B, D], new Float64Array(B * D));
  const { kl } = run(({ mean }) => ({ kl: gaussian.gaussianKl(mean!, gaussian.isotropic(1)) }), { mean });
  close(kl!, [0, 0], 0, 'KL');
});

test('half the squared norm', () => {
  const { half } = run(({ x }) => ({ half: gaussian.halfSquaredNorm(x!) }), {
    x: values([2, 2], [1, 2, 3, 4]),
  });
  close(half!, [2.5, 12.5], 0);
});

test('a variance must be positive', () => {
  for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => gaussian.isotropic(bad), /variance: must be positive and finite, got/);
});

test.run();
