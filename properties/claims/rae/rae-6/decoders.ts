/** @file RAE-6: decoders with normalised weights, their bound and their gradients. */
import * as tf from '@tensorflow/tfjs';
import { jacobian } from '../../../../src/core/derivatives.js';
import { batchNorm } from '../../../../src/core/net/batch-norm.js';
import { denseLayer, sequence } from '../../../../src/core/net/compose.js';
import * as spectralNorm from '../../../../src/core/net/spectral.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { SHAPES } from '../../../arbitraries/autoencoders.js';
import { check, mat } from '../../../kit.js';
import { rowsOf } from '../../../subjects/network/jets.js';
import { onOf, type RaeCase, raeCases } from '../../../subjects/rae/cases.js';
import { decoderLayers, rows, weightOf } from '../../../subjects/rae/plain-network.js';
import { evaluated, type On, RULES } from '../../../subjects/rae/step.js';
import type { Subject } from './controls.js';
import { largest } from './conv-matrices.js';
import { estimate, keyOf } from './estimate.js';

const ONE = { iterations: 1 };

/** A graph of a network's parameters, with what else it takes. */
const specsOf = ({ shapes }: On['net'], others: Record<string, { shape: number[] }> = {}) => ({
  ...Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }])),
  ...others,
});

const paramsOf = ({ net, values }: On): Record<string, Float64Array> =>
  Object.fromEntries(Object.keys(net.shapes).map(name => [name, Float64Array.from(values.params[name]!)]));

const networks = new WeakMap<spectralNorm.SpectralRules, WeakMap<On['net'], On['net']>>();

/** A case whose decoder is normalised; the power iteration of each weight starts from what `start` says. */
function normalisedOn(
  c: RaeCase,
  spectral: spectralNorm.SpectralRules,
  start: (weight: mat.Matrix) => mat.Vector,
): On {
  const { net, values } = onOf(c);
  const known = networks.get(spectral) ?? new WeakMap();
  networks.set(spectral, known);
  const made = known.get(net) ?? spectralNorm.withSpectralNorm(net, ONE, spectral);
  known.set(net, made);
  const starts = decoderLayers(c.model).map(
    name => [`${spectralNorm.START}${name}.weight`, start(weightOf(c.model, name))] as const,
  );
  return { net: made, values: { ...values, params: { ...values.params, ...Object.fromEntries(starts) } } };
}

const exactly = (weight: mat.Matrix): mat.Vector => mat.svd(mat.transpose(weight)).right[0]!;
const roughly = (weight: mat.Matrix): number[] => weight.map((_, k) => Math.cos(k + 1));

/** The largest slope of an activation. */
const SLOPES: Readonly<Record<string, number>> = { tanh: 1, sigmoid: 1 / 4 };

export const dense = check.bound<RaeCase, Subject>({
  says: 'a decoder of dense layers has a Lipschitz constant of at most the product of the slopes of its activations, 1/4 for a sigmoid, once the singular vectors have converged',
  given: raeCases([SHAPES.smooth[1]!, SHAPES.linear[0]!]),
  runs: 8,
  measure: (c, s) => {
    const on = normalisedOn(c, s.spectral, exactly);
    const { net, values } = on;
    const { batch } = c.model.shape;
    const program = programOf(s.spectral, net, 'jacobian', () => ({
      specs: specsOf(net, { x: { shape: [batch, ...net.data] } }),
      fn: inputs => ({ j: jacobian(z => net.decode(inputs, z), net.encode(inputs, inputs.x!).mean) }),
    }));
    const { j } = program.run({ ...paramsOf(on), x: Float64Array.from(values.x) });
    const slope = SLOPES[c.model.shape.net.activation]! ** (decoderLayers(c.model).length - 1);
    const found = rowsOf(j!, batch).map(flat => largest(rows(flat, net.data[0]!)));
    return { lower: Math.max(...found), upper: slope };
  },
});

export const invariant = check.equals<RaeCase, Subject>({
  says: 'the loss does not see the scale of a normalised weight: <dL/dW, W> = 0, converged or not; the start vectors have no gradient',
  given: raeCases(SHAPES.control),
  runs: 8,
  measure: (c, s) => {
    const on = normalisedOn(c, s.spectral, roughly);
    const seen = evaluated(RULES, 'rae', on, c);
    const grown = decoderLayers(c.model)
      .map(name => `${name}.weight`)
      .map(name => [name, mat.scale(4, c.model.params[name]!)]);
    const params = { ...on.values.params, ...Object.fromEntries(grown) };
    const scaled = evaluated(RULES, 'rae', { ...on, values: { ...on.values, params } }, c);
    return [
      { what: 'loss', actual: scaled.loss, expected: seen.loss },
      ...decoderLayers(c.model).flatMap(name => {
        const weights = c.model.params[`${name}.weight`]!;
        const gradient = [...seen.gradient(`${name}.weight`)];
        const size = mat.norm(gradient) * mat.norm(weights);
        const start = seen.gradient(`${spectralNorm.START}${name}.weight`);
        return [
          { what: name, actual: mat.dot(gradient, weights), expected: 0, scale: size },
          { what: `${name} start`, actual: start, expected: start.map(() => 0), scale: size },
        ];
      }),
    ];
  },
});

/** Singular vectors that are differentiated, as in the released code. */
const LIVE_RULES: spectralNorm.SpectralRules = { ...spectralNorm.SPECTRAL_RULES, hold: v => v };

export const held = check.equals<RaeCase, Subject>({
  says: 'holding the singular vectors fixed changes no gradient once they have converged',
  given: raeCases(SHAPES.control),
  runs: 8,
  measure: (c, s) => {
    const fixed = evaluated(RULES, 'rae', normalisedOn(c, s.spectral, exactly), c);
    const live = evaluated(RULES, 'rae', normalisedOn(c, LIVE_RULES, exactly), c);
    return decoderLayers(c.model).map(name => {
      const what = `${name}.weight`;
      const expected = live.gradient(what);
      return { what, actual: fixed.gradient(what), expected, scale: mat.norm([...expected]) + fixed.loss };
    });
  },
});

export const unconverged = check.violates<RaeCase, Subject>({
  says: 'before that it does: the released code, which differentiates through the power iteration, has another gradient',
  given: raeCases(SHAPES.control),
  runs: 8,
  measure: (c, s) => {
    const fixed = evaluated(RULES, 'rae', normalisedOn(c, s.spectral, roughly), c).gradient(
      'decoder.1.weight',
    );
    const live = evaluated(RULES, 'rae', normalisedOn(c, LIVE_RULES, roughly), c).gradient(
      'decoder.1.weight',
    );
    const by = mat.norm([...fixed].map((g, k) => g - live[k]!));
    return { claimed: mat.norm([...live]), actual: mat.norm([...fixed]), by, scale: mat.norm([...live]) };
  },
});

export const afterwards = check.violates<number, Subject>({
  says: 'batch normalisation behind a normalised layer undoes the bound: it divides by the standard deviation of the activations',
  given: check.only([0.5, 0.1, 2 ** -10], deviation => `standard deviation ${deviation}`),
  measure: deviation => {
    const program = programOf(spectralNorm.SPECTRAL_RULES, keyOf('behind'), 'batch norm', () => ({
      specs: { x: { shape: [2, 1] }, variance: { shape: [1] } },
      fn: ({ x, variance }) => {
        const statistics = { 'norm.running_mean': tf.zeros([1]), 'norm.running_var': variance! };
        const behind = sequence(
          denseLayer('layer', 1, 1),
          batchNorm('norm', 1, { kind: 'evaluation', statistics }),
        );
        const params = {
          'layer.weight': tf.ones([1, 1]),
          'layer.bias': tf.zeros([1]),
          'norm.weight': tf.ones([1]),
          'norm.bias': tf.zeros([1]),
        };
        return { y: behind.apply(params, x!) };
      },
    }));
    const { y } = program.run({ x: Float64Array.of(0, 1), variance: Float64Array.of(deviation ** 2) });
    const actual = y![1]! - y![0]!;
    return { claimed: 1, actual, by: actual - 1, scale: actual };
  },
});

export const advancing = check.equals<RaeCase, Subject>({
  says: 'the start vectors that a step hands on are those of its own iterations; nothing else changes',
  given: raeCases(SHAPES.control),
  runs: 4,
  measure: (c, s) => {
    const on = normalisedOn(c, s.spectral, roughly);
    const program = programOf(s.spectral, on.net, 'advanced', () => ({
      specs: specsOf(on.net),
      fn: inputs => ({ ...spectralNorm.advanced(inputs, ONE, s.spectral) }),
    }));
    const given = paramsOf(on);
    const out = program.run(given);
    return Object.keys(given).map(name => {
      const actual = out[name]!.slice();
      if (!name.startsWith(spectralNorm.START)) return { what: name, actual, expected: given[name]! };
      const weight = weightOf(c.model, name.slice(spectralNorm.START.length, -'.weight'.length));
      const expected = estimate(s, { matrix: weight, start: roughly(weight) }, 1).next;
      return { what: name, actual, expected, scale: 1 };
    });
  },
});
