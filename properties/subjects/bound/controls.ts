/** @file What SAMBA-14 is tested on, and its negative controls. */

import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { VAE_RULES } from '../../../src/core/objectives/vae/vae.js';
import { chiMoment } from '../../../src/theory/closed/chi.js';
import { type Mutant, wrong } from '../../kit.js';
import { DIRECTION_MUTANTS, inSamba, wrongSamba } from '../sam/mutants.js';
import { inVae, VAE_WRONG } from '../vae/elbo-mutants.js';

export const SUBJECT = {
  /** The worst-case step that trains, its radius in particular. */
  samba: SAMBA_RULES,
  /** The noise that trains. */
  vae: VAE_RULES,
  /** The excess of the mean over the maximum on the ball of radius rho: Lipschitz constant g. */
  lipschitz: (g: number, rho: number, d: number) => (Math.SQRT2 * g * rho) / (4 * Math.sqrt(d)),
  /** The same for a gradient of Lipschitz constant beta. */
  smooth: (beta: number, rho: number, d: number) =>
    beta * rho ** 2 * 2 * (1 - chiMoment(d, 1) / Math.sqrt(d)),
  /** A radius outside of which at most delta of the mass of N(0, I_d) lies. */
  tail: (d: number, delta: number) => Math.sqrt(d) + Math.sqrt(2 * Math.log(1 / delta)),
  /** What a bounded loss adds for the mass outside of that radius. */
  outside: (delta: number, largest: number) => delta * largest,
};
export type Subject = typeof SUBJECT;

const { covarianceForRoot, noNoise, noiseOnBall } = VAE_WRONG;

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  ...wrongSamba<Subject>('rootDimensionMissing', 'dimensionForRoot', 'covarianceMissing'),
  ...inSamba<Subject>({ downhill: DIRECTION_MUTANTS.signFlip }),
  ...inVae<Subject>({ covarianceForRoot, noNoise, noiseOnBall }),
  ...wrong.formula(SUBJECT, 'lipschitz', {
    lipschitzHalved: [
      'half of the excess of a Lipschitz loss',
      (g, rho, d) => SUBJECT.lipschitz(g, rho, d) / 2,
    ],
    noExcess: ['no excess for Lipschitz losses', () => 0],
  }),
  ...wrong.formula(SUBJECT, 'smooth', {
    smoothQuartered: [
      'a quarter of the excess of a smooth loss',
      (beta, rho, d) => SUBJECT.smooth(beta, rho, d) / 4,
    ],
    noSmoothExcess: ['no excess for smooth losses', () => 0],
  }),
  ...wrong.formula(SUBJECT, 'tail', { printedRadius: ['the radius sqrt(d) for bounded losses', Math.sqrt] }),
  ...wrong.formula(SUBJECT, 'outside', { nothingOutside: ['nothing added for the mass outside', () => 0] }),
};
