/**
 * @file The mean squared error under noise on the codes, as the constant-variance VAE trains it, and its
 * expansion in the noise.
 */
import { makeVae, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import type { quad } from '../../kit.js';
import { bendAlong } from '../network/jacobians.js';
import { atCode } from '../network/jets.js';
import { inputSpecs, inputsOf, networkOf, paramsOf } from '../network/network.js';

const noisyProgram = (rules: VaeRules, shape: Shape) =>
  programOf(rules, shape, 'noisy error', () => {
    const net = networkOf(shape);
    return {
      specs: { ...inputSpecs(shape), noise: { shape: [shape.batch, net.latent] }, variance: { shape: [] } },
      fn: inputs => {
        const hyper = { rec: 'sum', beta: 0, variance: { fixed: inputs.variance! } } as const;
        const batch = { x: inputs.x!, noise: inputs.noise! };
        const { terms } = makeVae(rules).evaluate(net, paramsOf(shape, inputs), batch, hyper);
        return { error: terms.reconstruction! };
      },
    };
  });

/** mean_i E |x_i - D(z_i + s e)|^2 over weighted noises e, the same for all samples. */
export function noisyError(
  rules: VaeRules,
  model: AutoencoderCase,
  s: number,
  points: readonly quad.WeightedPoint[],
): number {
  const program = noisyProgram(rules, model.shape);
  const noiseOf = (point: readonly number[]): Float64Array =>
    Float64Array.from({ length: model.shape.batch * point.length }, (_, k) => point[k % point.length]!);
  const variance = Float64Array.of(s * s);
  program.run({ ...inputsOf(model), noise: noiseOf(points[0]!.point), variance });
  return points.reduce(
    (sum, { point, weight }) => sum + weight * program.update({ noise: noiseOf(point) }).error![0]!,
    0,
  );
}

/** D(z) and D(z) - x of all samples, [batch D]. */
export function residualsOf(model: AutoencoderCase): { decoded: Float64Array; residual: Float64Array } {
  const decoded = atCode(model).decoded;
  return { decoded, residual: decoded.map((y, i) => y - model.x[i]!) };
}

/**
 * mean_i of (D - x) . Laplacian D, and of the Laplacian of the Laplacian of |x - D|^2, at the codes; for one
 * or two latents.
 */
export function laplacians(model: AutoencoderCase): { weighted: number; twice: number } {
  const { batch, net } = model.shape;
  const { residual } = residualsOf(model);
  const along = (...direction: number[]) =>
    bendAlong(
      model,
      Float64Array.from({ length: batch * direction.length }, (_, k) => direction[k % direction.length]!),
      residual,
    );
  if (net.latent === 1) {
    const { second, fourth } = along(1);
    return { weighted: second, twice: fourth };
  }
  if (net.latent !== 2) throw new Error(`laplacians: needs one or two latents, got ${net.latent}`);
  const axes = [along(1, 0), along(0, 1)];
  const diagonals = [along(1, 1), along(1, -1)];
  const sum = (model: readonly { fourth: number }[]): number =>
    model.reduce((total, { fourth }) => total + fourth, 0);
  // F_1122 from the fourth derivatives along the axes and the diagonals
  const mixed = (sum(diagonals) - 2 * sum(axes)) / 12;
  return { weighted: axes[0]!.second + axes[1]!.second, twice: sum(axes) + 2 * mixed };
}
