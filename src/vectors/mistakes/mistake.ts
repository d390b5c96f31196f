/** @file What a known mistake is: one change to a right implementation. */
import type { Autoencoder } from '../../core/net/network.js';
import type { AutoencoderNet } from '../metadata.js';

/** What an implementation gives: `loss`, `grad.NAME` and terms by name. */
export type Outputs = Readonly<Record<string, Float64Array>>;

/** The fields of an objective, as a vector has them. */
export type Hyper = Readonly<Record<string, unknown>>;

/** The sizes that a change of the outputs may need. */
export interface Sizes {
  readonly batch: number;
  /** Shapes by parameter. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** A change whatever the objective; null where it does not apply. */
type CommonChange =
  /** The network is described otherwise; its parameters stay. */
  | { readonly kind: 'net'; readonly change: (net: AutoencoderNet) => AutoencoderNet }
  /** The network's functions are wrong. */
  | { readonly kind: 'functions'; readonly change: (net: Autoencoder) => Autoencoder | null }
  /** What comes out is wrong. */
  | { readonly kind: 'outputs'; readonly change: (outputs: Outputs, sizes: Sizes) => Outputs | null };

/** A change of the objective's fields; null where that does not apply. */
interface FieldChange {
  readonly kind: 'objective';
  readonly change: (hyper: Hyper) => Hyper | null;
}

interface Says<Change> {
  /** Completes "consistent with ...". */
  readonly says: string;
  readonly change: Change;
}

export type CommonMistake = Says<CommonChange>;
export type FieldMistake = Says<FieldChange>;

/** Any of them, or the objective's own: all its rules, one of them wrong. */
export interface Mistake
  extends Says<CommonChange | FieldChange | { readonly kind: 'rules'; readonly rules: object }> {
  /** Too small to make a wrong vector of. */
  readonly diagnosisOnly?: true;
}
