/** @file What a vector says of itself: its network and its objective with every convention spelled out. */
import type { ActivationName, OutputName } from '../core/net/activation.js';
import type { Reconstruction } from '../core/objectives/objective.js';

export const VECTOR_VERSION = 1;

export const VECTOR_ACTIVATIONS = [
  'tanh',
  'sigmoid',
  'softplus',
  'elu',
  'relu',
  'sin',
  'gelu',
] as const satisfies readonly ActivationName[];

export type VectorActivation = (typeof VECTOR_ACTIVATIONS)[number];

/** `encoder` [D, h, ...], `decoder` [d, h, ..., D]. */
export interface AutoencoderNet {
  readonly kind: 'autoencoder';
  readonly encoder: readonly number[];
  readonly latent: number;
  readonly decoder: readonly number[];
  readonly activation: VectorActivation;
  readonly output: OutputName;
}

/** `layers` [D, h, ..., C]. */
export interface ClassifierNet {
  readonly kind: 'classifier';
  readonly layers: readonly number[];
  readonly activation: VectorActivation;
}

type VectorNet = AutoencoderNet | ClassifierNet;

export type VectorVariance = { readonly fixed: number } | 'learned';

/** The fields of the objectives on autoencoders. */
export interface AutoencoderFields {
  readonly vae: { readonly rec: Reconstruction; readonly beta: number; readonly variance: VectorVariance };
  readonly samba: { readonly rec: Reconstruction; readonly beta: number; readonly variance: VectorVariance };
  readonly 'rae-loss-gradient': {
    readonly rec: Reconstruction;
    readonly beta: number;
    readonly lambda: number;
  };
  readonly 'rae-jacobian': {
    readonly rec: Reconstruction;
    readonly beta: number;
    readonly lambda: number;
    readonly power: 1 | 2;
  };
  readonly 'rae-l2': { readonly rec: Reconstruction; readonly beta: number; readonly lambda: number };
  readonly 'beta-vae-taylor': { readonly beta: number; readonly variance: VectorVariance };
  readonly grae: { readonly beta: number };
  readonly 'grae-hadamard': { readonly beta: number };
  readonly 'gamma-vae': { readonly gamma: number; readonly variance: 'learned' };
  readonly 'vae-sam-samba': { readonly klCoeff: number; readonly alpha2: number };
  readonly 'vae-sam-rae': { readonly klCoeff: number; readonly alpha2: number };
}

/** The fields of the objectives on classifiers. */
export interface ClassifierFields {
  readonly sam: { readonly rho: number };
  readonly asam: { readonly rho: number; readonly eta: number };
  readonly 'fisher-sam': { readonly rho: number; readonly eta: number };
  readonly 'random-sam': { readonly rho: number };
  readonly vsam: { readonly kappa: number };
}

export interface VectorFields extends AutoencoderFields, ClassifierFields {}

export type AutoencoderObjectiveName = keyof AutoencoderFields;
export type ClassifierObjectiveName = keyof ClassifierFields;
export type VectorObjectiveName = keyof VectorFields;

export type ObjectiveOf<K extends VectorObjectiveName> = { readonly name: K } & VectorFields[K];

type AutoencoderObjective = {
  [K in AutoencoderObjectiveName]: ObjectiveOf<K>;
}[AutoencoderObjectiveName];
type ClassifierObjective = { [K in ClassifierObjectiveName]: ObjectiveOf<K> }[ClassifierObjectiveName];

interface AutoencoderModel {
  readonly net: AutoencoderNet;
  readonly objective: AutoencoderObjective;
}

export interface ClassifierModel {
  readonly net: ClassifierNet;
  readonly objective: ClassifierObjective;
}

/** A network with an objective that suits it. */
export type Model = AutoencoderModel | ClassifierModel;

export const isClassifier = (model: Model): model is ClassifierModel => model.net.kind === 'classifier';

/** Who made the vector and what for. */
export interface Label {
  readonly id: string;
  readonly producer?: string;
  /** What is wrong with a vector that is wrong on purpose; absent for a right one. */
  readonly flaw?: string;
}

export type Metadata = Label & { readonly model: Model };

/** What a field may hold. */
export type FieldKind =
  | 'number'
  | 'non-negative number'
  | 'positive number'
  | 'reconstruction'
  | 'power'
  | 'variance'
  | 'learned variance';

/** What an objective takes and gives. */
export interface Description<Fields> {
  readonly net: VectorNet['kind'];
  readonly fields: { readonly [F in keyof Fields]-?: FieldKind };
  /** Beside x, and labels for a classifier: `noise` [B, d]; `noise` or `sigma2` by parameter. */
  readonly input: 'none' | 'noise' | 'parameter noise' | 'parameter sigma2';
  /** What is given as `expect.TERM`. */
  readonly terms: readonly string[];
}

const number = 'number';
const rec = 'reconstruction';
const variance = 'variance';

/** Every objective of the format. */
export const DESCRIPTIONS: { readonly [K in VectorObjectiveName]: Description<VectorFields[K]> } = {
  vae: {
    net: 'autoencoder',
    fields: { rec, beta: number, variance },
    input: 'noise',
    terms: ['reconstruction', 'kl'],
  },
  samba: {
    net: 'autoencoder',
    fields: { rec, beta: number, variance },
    input: 'none',
    terms: ['reconstruction', 'kl'],
  },
  'rae-loss-gradient': {
    net: 'autoencoder',
    fields: { rec, beta: number, lambda: number },
    input: 'none',
    terms: ['reconstruction', 'penalty', 'prior'],
  },
  'rae-jacobian': {
    net: 'autoencoder',
    fields: { rec, beta: number, lambda: number, power: 'power' },
    input: 'none',
    terms: ['penalty'],
  },
  'rae-l2': {
    net: 'autoencoder',
    fields: { rec, beta: number, lambda: number },
    input: 'none',
    terms: ['penalty'],
  },
  'beta-vae-taylor': {
    net: 'autoencoder',
    fields: { beta: number, variance },
    input: 'none',
    terms: ['penalty', 'kl'],
  },
  grae: { net: 'autoencoder', fields: { beta: 'positive number' }, input: 'none', terms: ['penalty'] },
  'grae-hadamard': {
    net: 'autoencoder',
    fields: { beta: 'positive number' },
    input: 'none',
    terms: ['penalty'],
  },
  'gamma-vae': {
    net: 'autoencoder',
    fields: { gamma: 'positive number', variance: 'learned variance' },
    input: 'noise',
    terms: [],
  },
  'vae-sam-samba': {
    net: 'autoencoder',
    fields: { klCoeff: number, alpha2: 'positive number' },
    input: 'none',
    terms: [],
  },
  'vae-sam-rae': {
    net: 'autoencoder',
    fields: { klCoeff: number, alpha2: 'non-negative number' },
    input: 'none',
    terms: [],
  },
  sam: { net: 'classifier', fields: { rho: number }, input: 'none', terms: [] },
  asam: { net: 'classifier', fields: { rho: number, eta: 'non-negative number' }, input: 'none', terms: [] },
  'fisher-sam': {
    net: 'classifier',
    fields: { rho: number, eta: 'non-negative number' },
    input: 'none',
    terms: [],
  },
  'random-sam': { net: 'classifier', fields: { rho: number }, input: 'parameter noise', terms: [] },
  vsam: { net: 'classifier', fields: { kappa: number }, input: 'parameter sigma2', terms: [] },
};

export const VECTOR_OBJECTIVES = Object.keys(DESCRIPTIONS) as VectorObjectiveName[];

/** Whether the network has a head `logvar`. */
export const learnsVariance = (objective: object): boolean =>
  'variance' in objective && objective.variance === 'learned';
