/**
 * @file GRAE on a convolutional network, as core trains it, beside a dense log det of its Jacobian in plain
 * doubles.
 */
import * as tf from '@tensorflow/tfjs';
import type { Prediction } from '../../../../src/claims/checks/within.js';
import { gradients, jacobian, vjp } from '../../../../src/core/derivatives.js';
import { type Autoencoder, type Params, parameter } from '../../../../src/core/net/network.js';
import { type GraeRules, makeGrae } from '../../../../src/core/objectives/grae/grae.js';
import { pointAt } from '../../../../src/core/objectives/objective.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { sizeOf } from '../../../../src/engine/graph/graph.js';
import { constant } from '../../../../src/engine/ops.js';
import { precision } from '../../../../src/theory/closed/grae.js';
import { mat } from '../../../kit.js';
import { prefixed } from '../../../subjects/network/network.js';
import * as network from '../../../subjects/vae/network-cases.js';

type Numbers = Readonly<Record<string, Float64Array>>;

/** The owner of the programs that no negative control changes. */
const PLAIN = {};

/** The Jacobians [B, D, d], what the decoder makes, the codes, and v'J for cotangents v by reverse mode. */
function localParts(net: Autoencoder, batch: number, numbers: Numbers) {
  const program = programOf(PLAIN, net, `local ${batch}`, () => ({
    specs: {
      ...network.paramSpecs(net),
      x: { shape: [batch, ...net.data] },
      v: { shape: [batch, ...net.data] },
    },
    fn: inputs => {
      const decode = (z: tf.Tensor): tf.Tensor => net.decode(inputs, z);
      const { mean } = net.encode(inputs, parameter(inputs, 'x'));
      const pulled = vjp(decode, mean, parameter(inputs, 'v'));
      return { jacobian: jacobian(decode, mean), decoded: decode(mean), mean, pulled };
    },
  }));
  const { jacobian: j, decoded, mean, pulled } = program.run(numbers);
  return { jacobian: j!.slice(), decoded: decoded!.slice(), mean: mean!.slice(), pulled: pulled!.slice() };
}

/** Loss and gradients of GRAE. */
function trained(rules: GraeRules, net: Autoencoder, batch: number, numbers: Numbers) {
  const program = programOf(rules, net, `grae ${batch}`, () => ({
    specs: { ...network.paramSpecs(net), x: { shape: [batch, ...net.data] }, beta: { shape: [] } },
    fn: inputs => {
      const beta = parameter(inputs, 'beta');
      const loss = (params: Params): tf.Tensor =>
        makeGrae(rules).evaluate(net, params, { x: parameter(inputs, 'x') }, { beta }).loss;
      const found = gradients(params => ({ loss: loss(params), aux: {} }), network.pickParams(net, inputs));
      return { loss: found.loss, ...prefixed('gradient', found.grads) };
    },
  }));
  return program.run(numbers);
}

/**
 * The gradients of mean_i [|x - g|^2 / 2 + beta |h|^2 / 2 + <W_i, J_i>] with the matrices W_i held fixed:
 * with W = J S those of GRAE, no log det being differentiated.
 */
function probed(net: Autoencoder, batch: number, numbers: Numbers) {
  const shape = [batch, sizeOf(net.data), net.latent];
  const program = programOf(PLAIN, net, `probe ${batch}`, () => ({
    specs: {
      ...network.paramSpecs(net),
      x: { shape: [batch, ...net.data] },
      beta: { shape: [] },
      weights: { shape },
    },
    fn: inputs => {
      const found = gradients(
        params => {
          const x = parameter(inputs, 'x');
          const { mean } = net.encode(params, x);
          const at = pointAt(net, params, x, 'half', mean);
          const prior = tf.mul(tf.sum(tf.square(mean)), tf.mul(inputs.beta!, constant(0.5)));
          const probe = tf.sum(tf.mul(jacobian(at.decode, mean), inputs.weights!));
          return { loss: tf.div(tf.addN([tf.sum(at.loss(mean)), prior, probe]), batch), aux: {} };
        },
        network.pickParams(net, inputs),
      );
      return prefixed('gradient', found.grads);
    },
  }));
  return program.run(numbers);
}

const rowsOf = (flat: Float64Array, columns: number): number[][] =>
  Array.from({ length: flat.length / columns }, (_, m) => [...flat.subarray(m * columns, (m + 1) * columns)]);

/**
 * Core's loss and gradients against those of a dense log det: Gram matrix, Cholesky factor, inverse. beta is
 * the mean square of the Jacobian's singular values, so that neither term of I + J'J / beta can be left out.
 * Besides the forward mode against the reverse mode along one cotangent a sample.
 */
export function againstDense(rules: GraeRules, c: network.NetworkCase): Prediction[] {
  const { evaluation: net } = network.mnistNetworks(c.size);
  const { batch, latent } = c.size;
  const { params, x, cotangent } = network.networkValues(net, c);
  const data = sizeOf(net.data);
  const local = localParts(net, batch, { ...params, x, v: cotangent });
  const samples = Array.from({ length: batch }, (_, i) => i);
  const jacobians = samples.map(i =>
    rowsOf(local.jacobian.subarray(i * data * latent, (i + 1) * data * latent), latent),
  );
  const beta = jacobians.reduce((sum, j) => sum + mat.norm(j.flat()) ** 2, 0) / (batch * latent);
  const precisions = jacobians.map(j => precision(j, beta));
  const logs = precisions.reduce((sum, p) => sum + mat.logDet(p), 0);
  const residual = x.reduce((sum, value, k) => sum + (value - local.decoded[k]!) ** 2, 0);
  const codes = local.mean.reduce((sum, h) => sum + h ** 2, 0);
  const weights = Float64Array.from(
    jacobians.flatMap((j, i) => mat.multiply(j, mat.inverse(precisions[i]!)).flat()),
  );
  const pulled = samples.flatMap(i =>
    jacobians[i]![0]!.map((_, k) =>
      jacobians[i]!.reduce((sum, row, m) => sum + row[k]! * cotangent[i * data + m]!, 0),
    ),
  );
  const numbers = { ...params, x, beta: Float64Array.of(beta) };
  const dense = Object.entries(probed(net, batch, { ...numbers, weights }));
  const expected = new Map(dense.map(([name, values]) => [name, values.slice()]));
  const found = trained(rules, net, batch, numbers);
  const penalty = (beta / 2) * logs;
  return [
    {
      what: 'loss',
      actual: found.loss![0]!,
      expected: (residual / 2 + (beta / 2) * codes + penalty) / batch,
    },
    {
      what: 'log det',
      actual: found.loss![0]! * batch - residual / 2 - (beta / 2) * codes,
      expected: penalty,
      noise: 2 ** -48 * residual,
    },
    { what: 'forward and reverse mode', actual: pulled, expected: local.pulled },
    ...[...expected].map(([name, values]) => ({ what: name, actual: found[name]!, expected: values })),
  ];
}
