/** @file The known mistakes of every objective: what a wrong vector is compared with, and negative vectors are made of. */
import type { BetaVaeTaylorRules } from '../core/objectives/beta-vae-taylor.js';
import type { RandomSamRules } from '../core/objectives/classifier/random-sam.js';
import type { MetricSamHyper, SamHyper, SamRules, VsamHyper } from '../core/objectives/classifier/sam.js';
import type { GammaVaeRules } from '../core/objectives/gamma-vae.js';
import type { GraeRules } from '../core/objectives/grae.js';
import type { RaeJacobianRules } from '../core/objectives/rae-jacobian.js';
import type { RaeL2Rules } from '../core/objectives/rae-l2.js';
import type { RaeLossGradientRules } from '../core/objectives/rae-loss-gradient.js';
import type { SambaRules } from '../core/objectives/samba.js';
import type { VaeRules } from '../core/objectives/vae.js';
import type { VaeSamRaeRules } from '../core/objectives/vae-sam.js';
import type { ObjectiveOf, VectorObjectiveName } from './metadata.js';
import {
  ASAM_MISTAKES,
  FISHER_SAM_MISTAKES,
  RANDOM_SAM_MISTAKES,
  SAM_MISTAKES,
  VSAM_MISTAKES,
} from './mistakes/classifier.js';
import { AUTOENCODER_MISTAKES, COMMON_MISTAKES, VARIANCE_MISTAKES } from './mistakes/common.js';
import type { Mistake } from './mistakes/mistake.js';
import {
  GRAE_HADAMARD_MISTAKES,
  GRAE_MISTAKES,
  RAE_JACOBIAN_MISTAKES,
  RAE_L2_MISTAKES,
  RAE_LOSS_GRADIENT_MISTAKES,
  VAE_SAM_RAE_MISTAKES,
} from './mistakes/regularised.js';
import {
  GAMMA_VAE_MISTAKES,
  SAMBA_MISTAKES,
  TAYLOR_MISTAKES,
  VAE_MISTAKES,
  VAE_SAM_SAMBA_MISTAKES,
} from './mistakes/variational.js';

/** The rules of an objective: every place where an implementation can go wrong. */
export interface RulesOf {
  readonly vae: VaeRules;
  readonly samba: SambaRules;
  readonly 'rae-loss-gradient': RaeLossGradientRules;
  readonly 'rae-jacobian': RaeJacobianRules;
  readonly 'rae-l2': RaeL2Rules;
  readonly 'beta-vae-taylor': BetaVaeTaylorRules;
  readonly grae: GraeRules;
  readonly 'grae-hadamard': GraeRules;
  readonly 'gamma-vae': GammaVaeRules;
  readonly 'vae-sam-samba': SambaRules;
  readonly 'vae-sam-rae': VaeSamRaeRules;
  readonly sam: SamRules<SamHyper>;
  readonly asam: SamRules<MetricSamHyper>;
  readonly 'fisher-sam': SamRules<MetricSamHyper>;
  readonly 'random-sam': RandomSamRules;
  readonly vsam: SamRules<VsamHyper>;
}

export type MistakesOf<K extends VectorObjectiveName> = Readonly<
  Record<string, Mistake<RulesOf[K], ObjectiveOf<K>>>
>;

/** By objective and name; those of the objective come before those that any may have. */
export const MISTAKES: { readonly [K in VectorObjectiveName]: MistakesOf<K> } = {
  vae: { ...VAE_MISTAKES, ...VARIANCE_MISTAKES },
  samba: { ...SAMBA_MISTAKES, ...VARIANCE_MISTAKES },
  'rae-loss-gradient': { ...RAE_LOSS_GRADIENT_MISTAKES, ...AUTOENCODER_MISTAKES },
  'rae-jacobian': { ...RAE_JACOBIAN_MISTAKES, ...AUTOENCODER_MISTAKES },
  'rae-l2': { ...RAE_L2_MISTAKES, ...AUTOENCODER_MISTAKES },
  'beta-vae-taylor': { ...TAYLOR_MISTAKES, ...VARIANCE_MISTAKES },
  grae: { ...GRAE_MISTAKES, ...AUTOENCODER_MISTAKES },
  'grae-hadamard': { ...GRAE_HADAMARD_MISTAKES, ...AUTOENCODER_MISTAKES },
  'gamma-vae': { ...GAMMA_VAE_MISTAKES, ...VARIANCE_MISTAKES },
  'vae-sam-samba': { ...VAE_SAM_SAMBA_MISTAKES, ...AUTOENCODER_MISTAKES },
  'vae-sam-rae': { ...VAE_SAM_RAE_MISTAKES, ...AUTOENCODER_MISTAKES },
  sam: { ...SAM_MISTAKES, ...COMMON_MISTAKES },
  asam: { ...ASAM_MISTAKES, ...COMMON_MISTAKES },
  'fisher-sam': { ...FISHER_SAM_MISTAKES, ...COMMON_MISTAKES },
  'random-sam': { ...RANDOM_SAM_MISTAKES, ...COMMON_MISTAKES },
  vsam: { ...VSAM_MISTAKES, ...COMMON_MISTAKES },
};
