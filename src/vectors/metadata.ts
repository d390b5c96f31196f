/** @file What a vector says of itself: its network and its objective with every convention spelled out. */
import type { ActivationName, OutputName } from '../core/net/activation.js';
import type { VectorPart, WrongRules } from '../core/objectives/define.js';
import type { Fields as CoreFields, HyperOf } from '../core/objectives/fields.js';
import {
  AUTOENCODER_OBJECTIVES,
  type AutoencoderVectorName,
  CLASSIFIER_OBJECTIVES,
  type ClassifierName,
  type DefinitionOf,
} from '../core/objectives/list.js';

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

export type ClassifierObjectiveName = ClassifierName;
export type AutoencoderObjectiveName = AutoencoderVectorName;
export type VectorObjectiveName = AutoencoderObjectiveName | ClassifierObjectiveName;

export type ObjectiveOf<K extends VectorObjectiveName> = { readonly name: K } & HyperOf<
  DefinitionOf<K>['hyper'],
  number
>;

type AutoencoderObjective = {
  [K in AutoencoderObjectiveName]: ObjectiveOf<K>;
}[AutoencoderObjectiveName];
type ClassifierObjective = { [K in ClassifierObjectiveName]: ObjectiveOf<K> }[ClassifierObjectiveName];

export interface AutoencoderModel {
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

/** What a field may hold; a list holds the choices. */
export type FieldKind =
  | 'number'
  | 'non-negative number'
  | 'positive number'
  | 'positive integer'
  | 'reconstruction'
  | 'variance'
  | 'learned variance'
  | readonly number[];

/** What an objective takes and gives. */
interface Description {
  readonly net: VectorNet['kind'];
  readonly fields: Readonly<Record<string, FieldKind>>;
  /** Beside x, and labels for a classifier: `noise` [B, d]; `noise` or `sigma2` by parameter. */
  readonly input: 'none' | 'noise' | 'parameter noise' | 'parameter sigma2';
  /** What is given as `expect.TERM`. */
  readonly terms: readonly string[];
}

const KINDS = {
  weight: 'number',
  nonNegative: 'non-negative number',
  positive: 'positive number',
  count: 'positive integer',
  reconstruction: 'reconstruction',
  variance: 'variance',
  learned: 'learned variance',
} as const;

/** The fields of a vector: the hyper-parameters, but for those that a vector takes otherwise. */
const fieldsOf = (hyper: CoreFields, part: VectorPart): Readonly<Record<string, FieldKind>> =>
  Object.fromEntries(
    Object.entries({ ...hyper, ...part.hyper }).map(([name, field]) => [
      name,
      field.kind === 'oneOf' ? field.choices : KINDS[field.kind],
    ]),
  );

/** An objective of the format, as it is defined. */
interface Listed {
  readonly name: VectorObjectiveName;
  readonly hyper: CoreFields;
  readonly vector: VectorPart;
  readonly rules: object;
  readonly mistakes: Readonly<Record<string, WrongRules<object>>>;
  make(rules?: object): unknown;
}

type Vectored = Extract<(typeof AUTOENCODER_OBJECTIVES)[number], { readonly vector: VectorPart }>;

const autoencoders = AUTOENCODER_OBJECTIVES.filter(
  (listed): listed is Vectored => listed.vector !== undefined,
);

const describe = ({ hyper, vector }: Listed, more: Pick<Description, 'net' | 'input'>): Description => ({
  ...more,
  fields: fieldsOf(hyper, vector),
  terms: vector.terms,
});

const BY_PARAMETER = { none: 'none', noise: 'parameter noise', sigma2: 'parameter sigma2' } as const;

/** Every objective of the format, by its name. */
export const LISTED = Object.fromEntries(
  [...autoencoders, ...CLASSIFIER_OBJECTIVES].map((listed: Listed) => [listed.name, listed]),
) as { readonly [K in VectorObjectiveName]: Listed };

export const DESCRIPTIONS = Object.fromEntries([
  ...autoencoders.map((listed): [string, Description] => [
    listed.name,
    describe(listed, { net: listed.net, input: listed.needs.noise ? 'noise' : 'none' }),
  ]),
  ...CLASSIFIER_OBJECTIVES.map((listed): [string, Description] => [
    listed.name,
    describe(listed, { net: listed.net, input: BY_PARAMETER[listed.uses] }),
  ]),
]) as { readonly [K in VectorObjectiveName]: Description };

export const VECTOR_OBJECTIVES = Object.keys(DESCRIPTIONS) as VectorObjectiveName[];

/** Whether the network has a head `logvar`. */
export const learnsVariance = (objective: object): boolean =>
  'variance' in objective && objective.variance === 'learned';
