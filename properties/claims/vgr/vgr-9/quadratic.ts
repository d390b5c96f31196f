/** @file VGR-9 on quadratic decoders: the sides that the limits of small noise are held against. */
import type { GammaVaeClosedRules } from '../../../../src/core/objectives/gamma-vae/gamma-vae-closed.js';
import { closedEnergy } from '../../../../src/studies/energy.js';
import type { quadraticReconstruction } from '../../../../src/theory/closed/quadratic-decoder.js';
import { draw, fc, mat } from '../../../kit.js';
import { quadraticAutoencoder } from '../../../subjects/vae/decoders.js';
import { posterior } from '../../../subjects/vae/step.js';

export const DATA = 3;
const NETS = [1, 2].map(latent => quadraticAutoencoder(DATA, latent, 'diagonal'));

/** A quadratic decoder at one code, with two data. */
export const cases = fc
  .oneof(
    ...[1, 2].map(latent =>
      draw.record({
        value: draw.vector(DATA, draw.normal()),
        jacobian: fc.tuple(...Array.from({ length: DATA }, () => draw.vector(latent, draw.normal()))),
        hessians: fc.tuple(
          ...Array.from({ length: DATA }, () =>
            draw.spd(latent).map(({ matrix }) => mat.combine(0.25, matrix, -0.25, mat.identity(latent))),
          ),
        ),
        mean: draw.vector(latent, draw.normal()),
        data: fc.tuple(draw.vector(DATA, draw.normal()), draw.vector(DATA, draw.normal())),
      }),
    ),
  )
  .filter(({ data, value }) => mat.norm(data.flatMap(x => mat.subtract(x, value))) > 0.5);

export type Case = draw.Of<typeof cases>;
export type QuadraticModel = Parameters<typeof quadraticReconstruction>[0];

const latentOf = (c: Case): number => c.mean.length;

/** All standard deviations s. */
export const covarianceOf = (c: Case, s: number): number[][] => mat.diagonal(c.mean.map(() => s ** 2));

/** A three-point Gauss-Hermite rule per latent as equally weighted points: exact for quartics. */
function points(latent: number): number[][] {
  const line = [-Math.sqrt(3), 0, 0, 0, 0, Math.sqrt(3)];
  return latent === 1 ? line.map(x => [x]) : line.flatMap(x => line.map(y => [x, y]));
}

/** Core's loss with gamma in closed form, all standard deviations s. */
export function lossAt(c: Case, rules: GammaVaeClosedRules, s: number, data: mat.Matrix = c.data) {
  const net = NETS[latentOf(c) - 1]!;
  const params = {
    ...posterior(net, c.mean, covarianceOf(c, s)),
    'decoder.centre': c.mean,
    'decoder.value': c.value,
    'decoder.jacobian': c.jacobian.flat(),
    'decoder.hessians': c.hessians.flat(2),
  };
  return closedEnergy(rules, net, { params, x: data.flat() }, points(latentOf(c)));
}

export const modelsOf = (c: Case, data: mat.Matrix = c.data): QuadraticModel[] =>
  data.map(x => ({ ...c, residual: mat.subtract(x, c.value) }));

export const mean = (values: mat.Vector): number => mat.sum(values) / values.length;

/** mean |x - g|^2 at the mean codes. */
export const errorOf = (models: readonly QuadraticModel[]): number =>
  mean(models.map(m => mat.norm(m.residual) ** 2));

export const bendOf = (models: readonly QuadraticModel[]): number =>
  mean(models.map(m => m.hessians.reduce((sum, q, i) => sum + m.residual[i]! * mat.trace(q), 0)));

export const energiesOf = (c: Case): number[] => c.mean.map(z => z ** 2);

export const sizeOf = (c: Case, s: number): number =>
  DATA * (2 + Math.abs(Math.log(errorOf(modelsOf(c))))) +
  energiesOf(c).reduce((a, b) => a + b + 2 + 2 * Math.abs(Math.log(s)) + s ** 2, 0);
