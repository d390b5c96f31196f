/** @file Linear decoders with free codes and scales: what VGR-8 is tested on. */
import { linearTable } from '../../../../src/core/net/table.js';
import type { GammaVaeRules } from '../../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { type Energy, energy } from '../../../../src/studies/energy.js';
import { effectiveEnergy } from '../../../../src/theory/closed/effective-penalty.js';
import { draw, mat, quad } from '../../../kit.js';
import { decoded } from '../../../subjects/energy/sparse.js';

export const [DATA, LATENT, SAMPLES] = [4, 3, 4];
export const NET = linearTable(DATA, LATENT, SAMPLES);

export const cases = draw
  .record({
    /** W [data, latent] and z [samples, latent]. */
    weight: draw.vector(DATA * LATENT, draw.normal()),
    code: draw.vector(SAMPLES * LATENT, draw.normal()),
    x: draw.vector(SAMPLES * DATA, draw.normal()),
    gamma: draw.logUniform({ min: 1e-6, max: 10 }),
    /** Another scale for each latent. */
    stretch: draw.vector(LATENT, draw.logUniform({ min: 1 / 8, max: 8 })),
  })
  .filter(({ weight, code }) =>
    columns(weight)
      .concat(columns(code))
      .every(column => mat.norm(column) > 0.25),
  );
export type Case = draw.Of<typeof cases>;

/** The columns of a row-major matrix with one column a latent. */
function columns(flat: mat.Vector): number[][] {
  return Array.from({ length: LATENT }, (_, k) => flat.filter((_, i) => i % LATENT === k));
}

export const squares = (flat: mat.Vector): number[] => columns(flat).map(column => mat.norm(column) ** 2);
export const energiesOf = (code: mat.Vector): number[] => squares(code).map(square => square / SAMPLES);
const byColumn = (flat: mat.Vector, factors: mat.Vector): number[] =>
  flat.map((x, i) => x * factors[i % LATENT]!);

/** Core's energy with the best variance of each latent. */
export function at({ weight, code, x, gamma }: Omit<Case, 'stretch'>, rules: GammaVaeRules): Energy {
  const logs = squares(weight).map(square => -Math.log1p(square / gamma));
  const params = { weight, code, logvar: Array.from({ length: SAMPLES }, () => logs).flat() };
  return energy(rules, NET, { params, x, gamma }, quad.sigmaPoints(LATENT));
}

/** mean |x - Wz|^2 */
export function errorOf({ weight, code, x }: Omit<Case, 'stretch' | 'gamma'>): number {
  const y = decoded(NET, { weight, code });
  return y.reduce((total, value, i) => total + (value - x[i]!) ** 2, 0) / SAMPLES;
}

export const sizeOf = (c: Omit<Case, 'stretch'>, size = 1): number => {
  const error = errorOf(c) / c.gamma;
  const noise = mat.sum(squares(c.weight));
  return (
    16 *
    (size +
      error +
      Math.sqrt(error * noise) / c.gamma ** 0.5 +
      mat.sum(energiesOf(c.code)) +
      (DATA + LATENT) * (2 + Math.abs(Math.log(c.gamma))) +
      noise)
  );
};

/** The same reconstruction with unit columns: W, and codes that carry the energies c. */
export function normalised(c: Case): { weight: number[]; code: number[]; energies: number[] } {
  const lengths = columns(c.weight).map(mat.norm);
  const code = byColumn(c.code, lengths);
  return {
    weight: byColumn(
      c.weight,
      lengths.map(x => 1 / x),
    ),
    code,
    energies: energiesOf(code),
  };
}

/** w_k / a_k and a_k z_k. */
export const rescaled = ({ weight, code }: { weight: mat.Vector; code: mat.Vector }, a: mat.Vector) => ({
  weight: byColumn(
    weight,
    a.map(x => 1 / x),
  ),
  code: byColumn(code, a),
});

/** The scales for which the codes have the energy that is best. */
export const bestScales = (energies: mat.Vector, gamma: number): number[] =>
  energies.map(c => Math.sqrt(effectiveEnergy(c / gamma) / c));

/** A perfect reconstruction that leaves the last latents unused. */
export interface Sparse {
  readonly c: Case;
  readonly active: number;
}

export function perfect({ c, active }: Sparse) {
  const kept = Array.from({ length: LATENT }, (_, k) => (k < active ? 1 : 0));
  const { weight, code } = normalised(c);
  const used = { weight: byColumn(weight, kept), code: byColumn(code, kept) };
  return { ...used, x: decoded(NET, used), energies: energiesOf(code).slice(0, active) };
}

/** Core's energy of a perfect reconstruction with the best scales, and the size of its terms. */
export function perfectEnergy(c: Sparse, gamma: number, rules: GammaVaeRules) {
  const { energies, x, weight, code } = perfect(c);
  const all = [...bestScales(energies, gamma), ...new Array<number>(LATENT - energies.length).fill(1)];
  const { loss } = at({ ...rescaled({ weight, code }, all), x, gamma }, rules);
  const logs = Math.abs(Math.log(gamma)) + mat.sum(energies.map(u => Math.abs(Math.log(u))));
  const size = 16 * (DATA + LATENT) * (2 + logs) + (8 * mat.norm(x)) / Math.sqrt(gamma);
  return { energies, loss, size };
}

/** One latent and two latents that share its work: the same reconstruction, supports of 1 and 2. */
export function supports(energy: number, gamma: number, rules: GammaVaeRules) {
  const z = [1, -1, 1, -1].map(sign => sign * Math.sqrt(energy));
  const x = z.flatMap(value => [value, ...mat.zeros(DATA - 1)]);
  const shared = (used: number) => ({
    weight: Array.from({ length: DATA * LATENT }, (_, i) => (i < used ? 1 : 0)),
    code: z.flatMap(value => Array.from({ length: LATENT }, (_, k) => (k < used ? value / used : 0))),
  });
  const loss = (used: number): number => {
    const energies = new Array<number>(used).fill(energy / used ** 2);
    const scales = [...bestScales(energies, gamma), ...new Array<number>(LATENT - used).fill(1)];
    return at({ ...rescaled(shared(used), scales), x, gamma }, rules).loss;
  };
  /** As what eq. (7) is a function of. */
  const values = (used: number) => ({ params: { ...shared(used), logvar: mat.zeros(SAMPLES * LATENT) }, x });
  return { difference: loss(1) - loss(2), values };
}
