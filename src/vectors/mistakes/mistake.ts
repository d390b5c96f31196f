/** @file What a known mistake is: one change to a right implementation. */
import type { Autoencoder } from '../../core/net/network.js';
import type { AutoencoderNet } from '../metadata.js';

/** What an implementation gives: `loss`, `grad.NAME` and terms by name. */
export type Outputs = Readonly<Record<string, Float64Array>>;

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

/** A change of an objective: its rules are replaced, or its fields are others (null where that does not apply). */
type Change<Rules, Objective> =
  | { readonly kind: 'rules'; readonly rules: Partial<Rules> }
  | { readonly kind: 'objective'; readonly change: (objective: Objective) => Objective | null }
  | CommonChange;

export interface Says<Change> {
  /** Completes "consistent with ...". */
  readonly says: string;
  readonly change: Change;
}

export type CommonMistake = Says<CommonChange>;
export type Mistake<Rules, Objective> = Says<Change<Rules, Objective>>;

/** A mistake in the rules of an objective. */
export type WrongRules<Rules> = Says<{ readonly kind: 'rules'; readonly rules: Partial<Rules> }>;

export const wrong = <Rules>(says: string, rules: Partial<Rules>): WrongRules<Rules> => ({
  says,
  change: { kind: 'rules', rules },
});

/** A mistake in the fields of an objective. */
export const misread = <Objective>(
  says: string,
  change: (objective: Objective) => Objective | null,
): Says<{
  readonly kind: 'objective';
  readonly change: (objective: Objective) => Objective | null;
}> => ({ says, change: { kind: 'objective', change } });
