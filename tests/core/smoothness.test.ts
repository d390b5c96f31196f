/**
 * Smoothness against exact values on a small dense network: its Jacobian by columns, its gradients by hand.
 */
import * as assert from 'uvu/assert';
import { jacobian } from '../../src/core/derivatives.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import {
  errorAtMean,
  lossGradient,
  lossGradientNorm,
  plottedSmoothness,
  probedJacobian,
} from '../../src/core/smoothness.js';
import { suite } from '../harness.js';
import { draw, drawParams, type Named, paramsOf, run, values } from './support.js';

const test = suite('smoothness');

const [BATCH, D, LATENT] = [4, 5, 3];

const netWith = (posterior: 'none' | 'diagonal') =>
  denseAutoencoder({
    encoder: [D, 4],
    latent: LATENT,
    decoder: [LATENT, 6, D],
    activation: 'tanh',
    output: 'identity',
    posterior,
  });
const net = netWith('none');
const INPUTS: Named = { ...drawParams(3, net.shapes), x: draw(4, [BATCH, D]) };

const close = (a: number, b: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.abs(b), `${what}: ${a}, expected ${b}`);

/** Of every sample: the Jacobian's rows [D][d], and the residual f - x. */
const { jacobians, residuals } = run(all => {
  const params = paramsOf(all);
  const { mean } = net.encode(params, all.x!);
  return {
    jacobians: jacobian(z => net.decode(params, z), mean),
    residuals: net.decode(params, mean).sub(all.x!),
  };
}, INPUTS);

/** grad_z |x - f|^2 / D = 2 J' r / D. */
const gradients = Array.from({ length: BATCH }, (_, i) =>
  Array.from({ length: LATENT }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < D; j++) sum += jacobians![(i * D + j) * LATENT + k]! * residuals![i * D + j]!;
    return (2 * sum) / D;
  }),
);
const norms = gradients.map(g => Math.hypot(...g));

test('the loss gradient is 2 J^T r / D, its norm one a sample, and the error |r|^2 / D', () => {
  const out = run(
    all => ({
      gradient: lossGradient(net, paramsOf(all), all.x!),
      norm: lossGradientNorm(net, paramsOf(all), all.x!),
      error: errorAtMean(net, paramsOf(all), all.x!),
    }),
    INPUTS,
  );
  for (const [i, g] of gradients.flat().entries()) close(out.gradient![i]!, g, 1e-12, `gradient ${i}`);
  for (const [i, n] of norms.entries()) close(out.norm![i]!, n, 1e-12, `norm ${i}`);
  for (let i = 0; i < BATCH; i++) {
    const expected = residuals!.subarray(i * D, (i + 1) * D).reduce((sum, r) => sum + r * r, 0) / D;
    close(out.error![i]!, expected, 1e-12, `error ${i}`);
  }
});

test('what is plotted is the harmonic mean over the batch, over B', () => {
  const out = run(all => ({ plotted: plottedSmoothness(net, paramsOf(all), all.x!) }), INPUTS);
  const harmonic = BATCH / norms.reduce((sum, n) => sum + 1 / n, 0);
  close(out.plotted![0]!, harmonic / BATCH, 1e-12, 'plotted');
});

test('with a learned variance each gradient is weighted by the batch mean of the standard deviations', () => {
  const learned = netWith('diagonal');
  const inputs = { ...INPUTS, ...drawParams(3, learned.shapes), x: INPUTS.x! };
  const out = run(all => {
    const { scale } = learned.encode(paramsOf(all), all.x!);
    if (scale.kind !== 'diagonal') throw new Error('no scale');
    return {
      plotted: plottedSmoothness(learned, paramsOf(all), all.x!),
      std: scale.std,
      gradient: lossGradient(learned, paramsOf(all), all.x!),
    };
  }, inputs);
  const mean = Array.from({ length: LATENT }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < BATCH; i++) sum += out.std![i * LATENT + k]! / BATCH;
    return sum;
  });
  let inverse = 0;
  for (let i = 0; i < BATCH; i++)
    inverse += BATCH / Math.hypot(...mean.map((s, k) => s * out.gradient![i * LATENT + k]!)) / BATCH;
  close(out.plotted![0]!, 1 / inverse, 1e-12, 'weighted');
});

test('a sample that is reconstructed exactly makes the plotted number zero, not NaN', () => {
  const { image } = run(all => {
    const params = paramsOf(all);
    return { image: net.decode(params, net.encode(params, all.x!).mean) };
  }, INPUTS);
  // a network whose decoder ignores the code reproduces its bias: data equal to it leave no residual
  const bias = Object.fromEntries(
    Object.entries(INPUTS).map(([name, { shape, values: v }]) =>
      name === 'param.decoder.1.weight'
        ? [
            name,
            values(
              shape,
              v.map(() => 0),
            ),
          ]
        : [name, { shape, values: v }],
    ),
  );
  const constant = bias['param.decoder.1.bias']!.values;
  const x = values(
    [BATCH, D],
    Float64Array.from({ length: BATCH * D }, (_, i) => constant[i % D]!),
  );
  assert.is(image!.length, BATCH * D);
  const out = run(all => ({ plotted: plottedSmoothness(net, paramsOf(all), all.x!) }), { ...bias, x });
  assert.is(out.plotted![0], 0);
});

test('over all signs of the probe, |J^T u|^2 averages to the squared Frobenius norm', () => {
  const sums = new Float64Array(BATCH);
  for (let bits = 0; bits < 2 ** D; bits++) {
    const signs = Float64Array.from({ length: BATCH * D }, (_, i) => ((bits >> (i % D)) & 1 ? 1 : -1));
    const out = run(all => ({ square: probedJacobian(net, paramsOf(all), all.x!, all.u!) }), {
      ...INPUTS,
      u: values([BATCH, D], signs),
    });
    out.square!.forEach((s, i) => {
      sums[i]! += s / 2 ** D;
    });
  }
  for (let i = 0; i < BATCH; i++) {
    const expected = jacobians!
      .subarray(i * D * LATENT, (i + 1) * D * LATENT)
      .reduce((sum, entry) => sum + entry * entry, 0);
    close(sums[i]!, expected, 1e-12, `sample ${i}`);
  }
});

test.run();
