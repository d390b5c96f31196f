/** @file VGR-8: what is tested, and its negative controls. */
import { GAMMA_VAE_RULES } from '../../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { SPARSE_REPRESENTATION_RULES } from '../../../../src/core/objectives/sparse/sparse-representation.js';
import { effectivePenalty } from '../../../../src/theory/closed/effective-penalty.js';
import { mat, wrong } from '../../../kit.js';
import { GAMMA_WRONG } from '../../../subjects/energy/gamma-controls.js';
import { PENALTY_WRONG } from '../../../subjects/energy/sparse.js';

export const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  sparse: SPARSE_REPRESENTATION_RULES,
  /** What a latent of weight |w|^2 costs beside its energy m, the variance being the best. */
  cost: (weight: number, gamma: number) => Math.log1p(weight / gamma),
  /** The same with the energy, the scale being the best: a function of u = c / gamma. */
  penalty: effectivePenalty,
  /**
   * Eq. (7) over all rows with h = log(u + gamma), besides d log gamma: a charge of log(1 + c/gamma) each.
   */
  charged: (energies: mat.Vector, gamma: number) => mat.sum(energies.map(c => Math.log1p(c / gamma))),
  /** What that omits, at most. */
  omitted: (energies: mat.Vector) => energies.filter(c => c > 0).length,
  /** What the energy of `active` latents of energies c and unit weights tends to, besides d log gamma. */
  limit: (active: mat.Vector, gamma: number) =>
    active.reduce((sum, c) => sum + Math.log(c) + 1 - Math.log(gamma), 0),
};
export type Subject = typeof SUBJECT;

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'cost', {
    costWithoutOne: ['log(|w|^2 / gamma)', (w, gamma) => Math.log(w / gamma)],
    costLinear: ['|w|^2 / gamma', (w, gamma) => w / gamma],
  }),
  ...wrong.formula(SUBJECT, 'penalty', {
    literalLog: ['the logarithm itself at finite gamma', Math.log],
    penaltyWithoutConstant: ['psi(u) - 1', u => effectivePenalty(u) - 1],
  }),
  ...wrong.formula(SUBJECT, 'limit', {
    supportForgotten: ['sum log c + 1 without -rho log gamma', active => SUBJECT.limit(active, 1)],
    constantForgotten: [
      'sum log c - rho log gamma',
      (active, gamma) => SUBJECT.limit(active, gamma) - active.length,
    ],
  }),
  ...wrong.formula(SUBJECT, 'charged', {
    activeRowsOnly: [
      'the logarithms of the rows in use, -rho log gamma left out',
      energies => mat.sum(energies.filter(c => c > 0).map(Math.log)),
    ],
    unshifted: [
      'log u for log(u + gamma)',
      (energies, gamma) => mat.sum(energies.map(c => Math.log(c / gamma))),
    ],
  }),
  ...wrong.formula(SUBJECT, 'omitted', {
    nothingOmitted: ['nothing omitted', () => 0],
    oneOmitted: ['1 omitted, however many rows are in use', () => 1],
  }),
  ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
  ...wrong.rules(SUBJECT, 'sparse', PENALTY_WRONG),
};
