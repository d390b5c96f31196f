/**
 * @file Decoders with one latent and a kink, of the networks that train: what the beta-VAE is around it, in
 * closed form.
 */
import { normalCdf } from '../../../../src/claims/statistics.js';
import { denseAutoencoder } from '../../../../src/core/net/dense.js';
import type { GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import type { VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { draw, fc, quad } from '../../../kit.js';
import { betaVae, grae, posterior, type Values } from '../../../subjects/vae/step.js';

/** Convex kinks of unequal slopes: g(z) = slope z + bend max(z - kink, 0), x = g(h) + residual. */
export const kinkCases = (residual: 'zero' | 'some') =>
  draw.record({
    slope: draw.dyadic({ min: 0.5, max: 2, bits: 4 }),
    bend: draw.dyadic({ min: 0.5, max: 2, bits: 4 }),
    kink: draw.dyadic({ min: -1, max: 1, bits: 4 }),
    residual: residual === 'zero' ? fc.constant(0) : draw.dyadic({ min: 0.25, max: 1, bits: 4 }),
  });
export type KinkCase = draw.Of<ReturnType<typeof kinkCases>>;

/** The case of the figures: slopes 1 and 2.5, residual 0.3. */
export const FIGURE: KinkCase = { slope: 1, bend: 1.5, kink: 0.5, residual: 0.3 };

/** What the objectives are made from. */
interface Rules {
  readonly vae: VaeRules;
  readonly grae: GraeRules;
}

/** So far below any code that the first hidden unit is never off. */
const OFFSET = 32;

const network = (activation: 'relu' | 'elu', hidden: number) =>
  denseAutoencoder({
    encoder: [1],
    latent: 1,
    decoder: [1, hidden, 1],
    activation,
    output: 'identity',
    posterior: 'diagonal',
  });
const [RELU, ELU] = [network('relu', 2), network('elu', 1)];

/** slope (z + 32) - 32 slope + bend relu(z - kink) */
const valuesAt = (c: KinkCase, h: number, std: number, beta: number): Values => ({
  params: {
    'decoder.0.weight': [1, 1],
    'decoder.0.bias': [OFFSET, -c.kink],
    'decoder.1.weight': [c.slope, c.bend],
    'decoder.1.bias': [-OFFSET * c.slope],
    ...posterior(RELU, [h], [[std ** 2]]),
  },
  x: [c.slope * h + c.bend * Math.max(h - c.kink, 0) + c.residual],
  beta,
});

/** The beta-VAE as trained, averaged on either side of the kink. */
export const trained = ({ vae }: Rules, c: KinkCase, h: number, std: number, beta: number): number =>
  betaVae(vae, RELU, valuesAt(c, h, std, beta), quad.splitPoints((c.kink - h) / std));

/** GRAE as trained. */
export const regularised = ({ grae: rules }: Rules, c: KinkCase, h: number, beta: number): number =>
  grae(rules, RELU, valuesAt(c, h, 1, beta)).loss;

/** The one-sided slope that the networks use at h: the left one on the kink. */
export const slopeAt = ({ slope, bend, kink }: KinkCase, h: number): number =>
  h > kink ? slope + bend : slope;

/** The standard deviation of eq. (11). */
export const frozen = (slope: number, beta: number): number => Math.sqrt(beta / (beta + slope ** 2));

export const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/**
 * By how much the kink at a distance changes the expected reconstruction of the decoder continued without it.
 */
function kinkEffect(c: KinkCase, h: number, std: number): number {
  const t = Math.abs(h - c.kink) / std;
  const [q, phi] = [normalCdf(-t), density(t)];
  // E y, E e y and E y^2 for y = max(e - distance, 0), e ~ N(0, std^2)
  const [y, ey, yy] = [std * (phi - t * q), std ** 2 * q, std ** 2 * ((1 + t * t) * q - t * phi)];
  // seen from the right, e points away from the kink where it is positive
  const along = h > c.kink ? -(c.slope + c.bend) : c.slope;
  return -c.residual * c.bend * y + c.bend * along * ey + (c.bend ** 2 * yy) / 2;
}

/** F(h, std^2), in closed form. */
export const objective = (c: KinkCase, h: number, std: number, beta: number): number =>
  (c.residual ** 2 + (slopeAt(c, h) * std) ** 2) / 2 +
  kinkEffect(c, h, std) +
  (beta / 2) * (h ** 2 + std ** 2 - 1 - 2 * Math.log(std));

/** a and b of F on the kink: a s^2 - b s + the terms of beta, s the standard deviation. */
export const onKink = ({ slope, bend, residual }: KinkCase): { a: number; b: number } => ({
  a: (slope ** 2 + (slope + bend) ** 2) / 4,
  b: (residual * bend) / Math.sqrt(2 * Math.PI),
});

/** The mean over h ~ N(0, 1) of what the kink changes at the covariance of eq. (11): F(h, S) - GRAE. */
export const averageEffect = (c: KinkCase, beta: number): number =>
  [-1, 1].reduce((sum, side) => {
    const std = frozen(side > 0 ? c.slope + c.bend : c.slope, beta);
    const at = (distance: number): number => {
      const h = c.kink + side * distance;
      return density(h) * kinkEffect(c, h, std);
    };
    // 1e-300 keeps the side where the distance is 0
    return sum + quad.integrate(at, 1e-300, 3 * std) + quad.integrate(at, 3 * std, 9 * std);
  }, 0);

/** F and GRAE of v elu(z - kink) on the kink, at the covariance of eq. (11), as trained: the difference. */
export function eluGap({ vae, grae: rules }: Rules, c: KinkCase, beta: number): number {
  const params = {
    'decoder.0.weight': [1],
    'decoder.0.bias': [-c.kink],
    'decoder.1.weight': [c.slope],
    'decoder.1.bias': [0],
    ...posterior(ELU, [c.kink], [[frozen(c.slope, beta) ** 2]]),
  };
  const values: Values = { params, x: [c.residual], beta };
  return betaVae(vae, ELU, values, quad.splitPoints(0)) - grae(rules, ELU, values).loss;
}
