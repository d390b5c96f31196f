/** @file Each objective of the format in our implementation, open to replaced rules. */

import { BETA_VAE_TAYLOR_RULES, makeBetaVaeTaylor } from '../core/objectives/beta-vae-taylor.js';
import type { ClassifierObjective } from '../core/objectives/classifier/objective.js';
import { makeRandomSam, RANDOM_SAM_RULES } from '../core/objectives/classifier/random-sam.js';
import {
  ASAM_RULES,
  FISHER_SAM_RULES,
  makeAsam,
  makeFisherSam,
  makeSam,
  makeVsam,
  SAM_RULES,
  VSAM_RULES,
} from '../core/objectives/classifier/sam.js';
import { GAMMA_VAE_RULES, makeGammaVae } from '../core/objectives/gamma-vae.js';
import { GRAE_HADAMARD_RULES, GRAE_RULES, makeGrae, makeGraeHadamard } from '../core/objectives/grae.js';
import type { Objective } from '../core/objectives/objective.js';
import { makeRaeJacobian, RAE_JACOBIAN_RULES } from '../core/objectives/rae-jacobian.js';
import { makeRaeL2, RAE_L2_RULES } from '../core/objectives/rae-l2.js';
import { makeRaeLossGradient, RAE_LOSS_GRADIENT_RULES } from '../core/objectives/rae-loss-gradient.js';
import { makeSamba, SAMBA_RULES } from '../core/objectives/samba.js';
import { makeVae, VAE_RULES } from '../core/objectives/vae.js';
import { makeVaeSamRae, makeVaeSamSamba, VAE_SAM_RAE_RULES } from '../core/objectives/vae-sam.js';
import type {
  AutoencoderFields,
  AutoencoderObjectiveName,
  ClassifierFields,
  ClassifierObjectiveName,
} from './metadata.js';
import type { RulesOf } from './mistakes.js';

interface Made<Rules, Objective> {
  readonly rules: Rules;
  readonly make: (rules: Rules) => Objective;
}

export const AUTOENCODER_OBJECTIVES: {
  readonly [K in AutoencoderObjectiveName]: Made<RulesOf[K], Objective<AutoencoderFields[K]>>;
} = {
  vae: { rules: VAE_RULES, make: makeVae },
  samba: { rules: SAMBA_RULES, make: makeSamba },
  'rae-loss-gradient': { rules: RAE_LOSS_GRADIENT_RULES, make: makeRaeLossGradient },
  'rae-jacobian': { rules: RAE_JACOBIAN_RULES, make: makeRaeJacobian },
  'rae-l2': { rules: RAE_L2_RULES, make: makeRaeL2 },
  'beta-vae-taylor': { rules: BETA_VAE_TAYLOR_RULES, make: makeBetaVaeTaylor },
  grae: { rules: GRAE_RULES, make: rules => makeGrae(rules) },
  'grae-hadamard': { rules: GRAE_HADAMARD_RULES, make: makeGraeHadamard },
  'gamma-vae': { rules: GAMMA_VAE_RULES, make: makeGammaVae },
  'vae-sam-samba': { rules: SAMBA_RULES, make: makeVaeSamSamba },
  'vae-sam-rae': { rules: VAE_SAM_RAE_RULES, make: makeVaeSamRae },
};

export const CLASSIFIER_OBJECTIVES: {
  readonly [K in ClassifierObjectiveName]: Made<RulesOf[K], ClassifierObjective<ClassifierFields[K]>>;
} = {
  sam: { rules: SAM_RULES, make: makeSam },
  asam: { rules: ASAM_RULES, make: makeAsam },
  'fisher-sam': { rules: FISHER_SAM_RULES, make: makeFisherSam },
  'random-sam': { rules: RANDOM_SAM_RULES, make: makeRandomSam },
  vsam: { rules: VSAM_RULES, make: makeVsam },
};
