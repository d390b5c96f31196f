/**
 * @file Every objective that trains by its name, and the hyper-parameters that each takes. sparse-representation is none of
 * them: its penalty h is of a mean over the whole data set, and of the mean over a batch it is another function.
 */
import { makeBernoulliTaylor, makeBernoulliVae } from './bernoulli.js';
import { type BetaVaeTaylorHyper, makeBetaVaeTaylor } from './beta-vae-taylor.js';
import { type GammaVaeHyper, makeGammaVae } from './gamma-vae.js';
import { makeGammaVaeClosed } from './gamma-vae-closed.js';
import { makeGammaVaeLearned } from './gamma-vae-learned.js';
import { type GraeHyper, makeGrae, makeGraeHadamard } from './grae.js';
import { type GraeSampledHyper, makeGraeSampled } from './grae-sampled.js';
import type { Objective } from './objective.js';
import { makeRae, type PenalisedHyper, type RaeHyper } from './rae.js';
import { makeRaeGhoshCode } from './rae-ghosh-code.js';
import { makeRaeJacobian, type RaeJacobianHyper } from './rae-jacobian.js';
import { makeRaeL2, type RaeL2Hyper } from './rae-l2.js';
import { makeRaeLossGradient, type RaeLossGradientHyper } from './rae-loss-gradient.js';
import { makeRaePythae } from './rae-pythae.js';
import { makeSamba, type SambaHyper } from './samba.js';
import { type BetaVaeHyper, makeBetaVae, makeVae, type VaeHyper } from './vae.js';
import {
  makeVaeSamRae,
  makeVaeSamSamba,
  makeVaeSamSambaLearned,
  type VaeSamHyper,
  type VaeSamLearnedHyper,
} from './vae-sam.js';

export interface HyperOf {
  readonly vae: VaeHyper;
  readonly samba: SambaHyper;
  readonly 'rae-loss-gradient': RaeLossGradientHyper;
  readonly 'rae-jacobian': RaeJacobianHyper;
  readonly 'rae-l2': RaeL2Hyper;
  readonly 'rae-ghosh-code': PenalisedHyper;
  readonly 'rae-pythae': PenalisedHyper;
  readonly rae: RaeHyper;
  readonly 'beta-vae': BetaVaeHyper;
  readonly 'beta-vae-taylor': BetaVaeTaylorHyper;
  readonly 'beta-vae-bernoulli': BetaVaeHyper;
  readonly 'beta-vae-taylor-bernoulli': BetaVaeTaylorHyper;
  readonly grae: GraeHyper;
  readonly 'grae-hadamard': GraeHyper;
  readonly 'grae-sampled': GraeSampledHyper;
  readonly 'gamma-vae': GammaVaeHyper;
  readonly 'gamma-vae-closed': Omit<GammaVaeHyper, 'gamma'>;
  readonly 'gamma-vae-learned': Omit<GammaVaeHyper, 'gamma'>;
  readonly 'vae-sam-samba': VaeSamHyper;
  readonly 'vae-sam-samba-learned': VaeSamLearnedHyper;
  readonly 'vae-sam-rae': VaeSamHyper;
}

export type ObjectiveName = keyof HyperOf;

/** An objective with its hyper-parameters; the fields are those of a conformance vector. */
export type ObjectiveSpec = {
  readonly [K in ObjectiveName]: { readonly name: K } & HyperOf[K];
}[ObjectiveName];

export const OBJECTIVES: { readonly [K in ObjectiveName]: Objective<HyperOf[K]> } = {
  vae: makeVae(),
  samba: makeSamba(),
  'rae-loss-gradient': makeRaeLossGradient(),
  'rae-jacobian': makeRaeJacobian(),
  'rae-l2': makeRaeL2(),
  'rae-ghosh-code': makeRaeGhoshCode(),
  'rae-pythae': makeRaePythae(),
  rae: makeRae(),
  'beta-vae': makeBetaVae(),
  'beta-vae-taylor': makeBetaVaeTaylor(),
  'beta-vae-bernoulli': makeBernoulliVae(),
  'beta-vae-taylor-bernoulli': makeBernoulliTaylor(),
  grae: makeGrae(),
  'grae-hadamard': makeGraeHadamard(),
  'grae-sampled': makeGraeSampled(),
  'gamma-vae': makeGammaVae(),
  'gamma-vae-closed': makeGammaVaeClosed(),
  'gamma-vae-learned': makeGammaVaeLearned(),
  'vae-sam-samba': makeVaeSamSamba(),
  'vae-sam-samba-learned': makeVaeSamSambaLearned(),
  'vae-sam-rae': makeVaeSamRae(),
};

/** The objective of a specification, with its hyper-parameters bound. */
export function objectiveOf(spec: ObjectiveSpec): Objective<unknown> {
  const objective = OBJECTIVES[spec.name] as Objective<ObjectiveSpec>;
  return { ...objective, evaluate: (net, params, inputs) => objective.evaluate(net, params, inputs, spec) };
}
