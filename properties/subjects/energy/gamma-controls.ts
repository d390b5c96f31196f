/** @file Negative controls in the gamma-VAE of core: known mistakes, under the names of the claims. */
import type { Mutant } from '../../../src/claims/claim.js';
import { GAMMA_VAE, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { mistaken } from '../mistaken.js';

interface WithGamma {
  readonly gamma: GammaVaeRules;
}

const { mistakes } = GAMMA_VAE;

const CONTROLS = {
  gammaIsDeviation: mistakes.squaredGamma,
  halfPrecision: mistakes.halfPrecision,
  normaliserMissing: mistakes.normaliserMissing,
  normaliserOfOneEntry: mistakes.normaliserOfOneEntry,
  klOnce: mistakes.klHalved,
  logDeviation: mistakes.klLogDeviation,
  noNoise: mistakes.noNoise,
  varianceForDeviation: mistakes.varianceForDeviation,
};

export type GammaControl = keyof typeof CONTROLS;

/** The controls of those names as mutants of a subject that has the rules as `gamma`. */
export function gammaControls<Subject extends WithGamma>(
  ...names: readonly GammaControl[]
): Record<string, Mutant<Subject>> {
  return Object.fromEntries(
    names.map(name => [
      name,
      mistaken<GammaVaeRules, Subject>(CONTROLS[name], (subject, gamma) => ({ ...subject, gamma })),
    ]),
  );
}
