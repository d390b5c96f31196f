/**
 * @file Every objective. Names and types, the reader of configurations, conformance vectors, their schema and
 * the table of docs/training.md are read from here: an objective is one file and one line of this list.
 *
 * sparse-representation is not among them: its penalty h is of a mean over the whole data set, and of the
 * mean over a batch it is another function.
 */
import type { VectorPart } from './define.js';
import { GAMMA_VAE } from './gamma-vae/gamma-vae.js';
import { GAMMA_VAE_CLOSED } from './gamma-vae/gamma-vae-closed.js';
import { GAMMA_VAE_LEARNED } from './gamma-vae/gamma-vae-learned.js';
import { GRAE } from './grae/grae.js';
import { GRAE_HADAMARD } from './grae/grae-hadamard.js';
import { GRAE_SAMPLED } from './grae/grae-sampled.js';
import type { Objective } from './objective.js';
import { RAE } from './rae/rae.js';
import { RAE_GHOSH_CODE } from './rae/rae-ghosh-code.js';
import { RAE_JACOBIAN } from './rae/rae-jacobian.js';
import { RAE_L2 } from './rae/rae-l2.js';
import { RAE_LOSS_GRADIENT } from './rae/rae-loss-gradient.js';
import { RAE_PYTHAE } from './rae/rae-pythae.js';
import { ASAM } from './sam/asam.js';
import { FISHER_SAM } from './sam/fisher-sam.js';
import { RANDOM_SAM } from './sam/random-sam.js';
import { SAM } from './sam/sam.js';
import { VSAM } from './sam/vsam.js';
import { SAMBA } from './samba/samba.js';
import { BETA_VAE } from './vae/beta-vae.js';
import { BETA_VAE_BERNOULLI } from './vae/beta-vae-bernoulli.js';
import { BETA_VAE_TAYLOR } from './vae/beta-vae-taylor.js';
import { BETA_VAE_TAYLOR_BERNOULLI } from './vae/beta-vae-taylor-bernoulli.js';
import { VAE } from './vae/vae.js';
import { VAE_SAM_RAE } from './vae-sam/vae-sam-rae.js';
import { VAE_SAM_SAMBA } from './vae-sam/vae-sam-samba.js';
import { VAE_SAM_SAMBA_LEARNED } from './vae-sam/vae-sam-samba-learned.js';

/** Those on autoencoders, which train from a configuration. */
export const AUTOENCODER_OBJECTIVES = [
  VAE,
  SAMBA,
  RAE_LOSS_GRADIENT,
  RAE_JACOBIAN,
  RAE_L2,
  RAE_GHOSH_CODE,
  RAE_PYTHAE,
  RAE,
  BETA_VAE,
  BETA_VAE_TAYLOR,
  BETA_VAE_BERNOULLI,
  BETA_VAE_TAYLOR_BERNOULLI,
  GRAE,
  GRAE_HADAMARD,
  GRAE_SAMPLED,
  GAMMA_VAE,
  GAMMA_VAE_CLOSED,
  GAMMA_VAE_LEARNED,
  VAE_SAM_SAMBA,
  VAE_SAM_SAMBA_LEARNED,
  VAE_SAM_RAE,
] as const;

/** Those on classifiers, which claims, experiments and vectors use. */
export const CLASSIFIER_OBJECTIVES = [SAM, ASAM, FISHER_SAM, RANDOM_SAM, VSAM] as const;

type Listed = (typeof AUTOENCODER_OBJECTIVES)[number];

export type ObjectiveName = Listed['name'];

export type AutoencoderVectorName = Extract<Listed, { readonly vector: VectorPart }>['name'];
export type ClassifierName = (typeof CLASSIFIER_OBJECTIVES)[number]['name'];

/** What is known of an objective, by its name. */
export type DefinitionOf<K extends ObjectiveName | ClassifierName> = Extract<
  Listed | (typeof CLASSIFIER_OBJECTIVES)[number],
  { readonly name: K }
>;

type Made<K extends ObjectiveName> = ReturnType<DefinitionOf<K>['make']>;

type HyperOfName<K extends ObjectiveName> = Made<K> extends Objective<infer Hyper> ? Hyper : never;

/** An objective with its hyper-parameters; the fields are those of a conformance vector. */
export type ObjectiveSpec = {
  readonly [K in ObjectiveName]: { readonly name: K } & HyperOfName<K>;
}[ObjectiveName];

const byName = <Table>(value: (listed: Listed) => unknown): Table =>
  Object.fromEntries(AUTOENCODER_OBJECTIVES.map(listed => [listed.name, value(listed)])) as Table;

export const DEFINITIONS = byName<{ readonly [K in ObjectiveName]: DefinitionOf<K> }>(listed => listed);

/** Every objective that trains by its name. */
export const OBJECTIVES = byName<{ readonly [K in ObjectiveName]: Objective<HyperOfName<K>> }>(({ make }) =>
  make(),
);

/** The objective of a specification, with its hyper-parameters bound. */
export function objectiveOf(spec: ObjectiveSpec): Objective<unknown> {
  const objective = OBJECTIVES[spec.name] as Objective<ObjectiveSpec>;
  return { ...objective, evaluate: (net, params, inputs) => objective.evaluate(net, params, inputs, spec) };
}

/** Whether the objective needs a network that learns its posterior's variance. */
export const learnsVariance = (spec: ObjectiveSpec): boolean =>
  DEFINITIONS[spec.name].needs.learnedVariance === true ||
  ('variance' in spec && spec.variance === 'learned');

/** Whether the decoder must give logits: any numbers, not those of a sigmoid. */
export const needsLogits = ({ name }: Pick<ObjectiveSpec, 'name'>): boolean =>
  DEFINITIONS[name].needs.logits === true;

/** Whether the objective needs a network that treats the samples of a batch one by one. */
export const needsJacobian = ({ name }: Pick<ObjectiveSpec, 'name'>): boolean =>
  DEFINITIONS[name].needs.jacobian === true;
