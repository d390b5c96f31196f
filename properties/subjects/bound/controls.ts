/** @file What SAMBA-14 is tested on, and its negative controls. */

import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { VAE, VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { chiMoment } from '../../../src/theory/closed/chi.js';
import { type Mutant, mutant } from '../../kit.js';
import { mistaken } from '../mistaken.js';
import { DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../sam/mutants.js';

export interface Subject {
  /** The worst-case step that trains, its radius in particular. */
  readonly samba: SambaRules;
  /** The noise that trains. */
  readonly vae: VaeRules;
  /** By how much the mean of a loss of Lipschitz constant g may exceed its maximum on the ball of radius rho. */
  readonly lipschitz: (g: number, rho: number, d: number) => number;
  /** The same for a gradient of Lipschitz constant beta. */
  readonly smooth: (beta: number, rho: number, d: number) => number;
  /** A radius outside of which at most delta of the mass of N(0, I_d) lies. */
  readonly tail: (d: number, delta: number) => number;
  /** What a bounded loss adds for the mass outside of that radius. */
  readonly outside: (delta: number, largest: number) => number;
}

export const SUBJECT: Subject = {
  samba: SAMBA_RULES,
  vae: VAE_RULES,
  lipschitz: (g, rho, d) => (Math.SQRT2 * g * rho) / (4 * Math.sqrt(d)),
  smooth: (beta, rho, d) => beta * rho ** 2 * 2 * (1 - chiMoment(d, 1) / Math.sqrt(d)),
  tail: (d, delta) => Math.sqrt(d) + Math.sqrt(2 * Math.log(1 / delta)),
  outside: (delta, largest) => delta * largest,
};

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });

const { rootDimensionMissing, dimensionForRoot, covarianceMissing } = LENGTH_MUTANTS;

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  ...inSamba<Subject>({ rootDimensionMissing, dimensionForRoot, covarianceMissing }),
  ...inSamba<Subject>({ downhill: DIRECTION_MUTANTS.signFlip }),
  covarianceForRoot: mistaken(VAE.mistakes.varianceForDeviation, inVae),
  noNoise: mistaken(VAE.mistakes.noNoise, inVae),
  noiseOnBall: mistaken(VAE.mistakes.noiseOnBall, inVae),
  lipschitzHalved: mutant('half of the excess of a Lipschitz loss', s => ({
    ...s,
    lipschitz: (g, rho, d) => s.lipschitz(g, rho, d) / 2,
  })),
  noExcess: mutant('no excess for Lipschitz losses: the claim as printed', s => ({
    ...s,
    lipschitz: () => 0,
  })),
  smoothQuartered: mutant('a quarter of the excess of a smooth loss', s => ({
    ...s,
    smooth: (beta, rho, d) => s.smooth(beta, rho, d) / 4,
  })),
  noSmoothExcess: mutant('no excess for smooth losses: the claim as printed', s => ({
    ...s,
    smooth: () => 0,
  })),
  printedRadius: mutant('the radius sqrt(d) for bounded losses', s => ({ ...s, tail: Math.sqrt })),
  nothingOutside: mutant('nothing added for the mass outside', s => ({ ...s, outside: () => 0 })),
};
