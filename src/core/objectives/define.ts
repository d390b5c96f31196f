/**
 * @file How an objective is written down: one value that says what it takes and needs, what it computes, rule
 * by rule, and the known ways to get a rule wrong. All that names objectives elsewhere is read from the list
 * of these values.
 */
import type { Fields, HyperOf } from './fields.js';
import type { Objective } from './objective.js';

/** A known mistake: the rules of a wrong implementation in place of the right ones. */
export interface WrongRules<Rules> {
  /** Completes "consistent with ...". */
  readonly says: string;
  readonly rules: Partial<Rules>;
  /**
   * `claims`: a negative control of claims that wrong vectors are neither compared with nor made of;
   * `diagnosis`: too small for claims and for vectors made wrong, but what a wrong vector may look like.
   * Either leaves the vectors of a seed alone.
   */
  readonly only?: 'claims' | 'diagnosis';
}

export const wrong = <Rules>(says: string, rules: Partial<Rules>): WrongRules<Rules> => ({ says, rules });

export const claimsOnly = <Rules>(says: string, rules: Partial<Rules>): WrongRules<Rules> => ({
  says,
  rules,
  only: 'claims',
});

export const diagnosisOnly = <Rules>(says: string, rules: Partial<Rules>): WrongRules<Rules> => ({
  says,
  rules,
  only: 'diagnosis',
});

/** A mistake with the rules that stay; made once, so that every check meets the same object and its trace. */
export interface Mistake<Rules> extends WrongRules<Rules> {
  readonly rules: Rules;
}

type Mistakes<Rules, Names extends string> = Readonly<Record<Names, Mistake<Rules>>>;

export const completed = <Rules, Names extends string>(
  right: Rules,
  mistakes: Readonly<Record<Names, WrongRules<Rules>>>,
): Mistakes<Rules, Names> =>
  Object.fromEntries(
    Object.entries<WrongRules<Rules>>(mistakes).map(([name, mistake]) => [
      name,
      { ...mistake, rules: { ...right, ...mistake.rules } },
    ]),
  ) as Mistakes<Rules, Names>;

/** What an objective asks of the network, the batch and the run. */
export interface Needs {
  /** Standard normal noise with every batch: of the shape of the codes (true), or of the data. */
  readonly noise?: true | 'data';
  /** The decoder's Jacobian or columns of it, on a batch tiled once for each: samples must not mix. */
  readonly jacobian?: true;
  /** Decoder outputs that are logits of probabilities: any numbers. */
  readonly logits?: true;
  /** A posterior whose variance the network learns, whatever the hyper-parameters. */
  readonly learnedVariance?: true;
}

/** What a conformance vector of the objective asks. */
export interface VectorPart {
  /** Which of the terms are given as `expect.TERM`. */
  readonly terms: readonly string[];
  /** The hyper-parameters that a vector takes otherwise than a configuration. */
  readonly hyper?: Fields;
  /** In which order hyper-parameters are misread; in that of the fields when not said. */
  readonly misread?: readonly string[];
}

interface Description<Name, F extends Fields, Hyper, Rules, Names extends string, Vector> {
  readonly name: Name;
  /** The loss of a sample as docs/training.md prints it. */
  readonly loss: string;
  readonly hyper: F & (HyperOf<F> extends Hyper ? unknown : never);
  readonly needs?: Needs;
  /** Keys of `Evaluation.terms`. */
  readonly terms: readonly string[];
  /** Every place where an implementation can go wrong, one function each. */
  readonly rules: Rules;
  /** The network with what the objective learns beside the network's own parameters. */
  readonly extend?: NonNullable<Objective<Hyper>['extend']>;
  readonly evaluate: (rules: Rules) => Objective<Hyper>['evaluate'];
  readonly mistakes: Readonly<Record<Names, WrongRules<NoInfer<Rules>>>>;
  readonly vector?: Vector;
}

/** An objective on autoencoders, with all that is known of it. */
export interface Definition<
  Name extends string,
  F extends Fields,
  Hyper,
  Rules,
  Names extends string,
  Vector,
> {
  readonly net: 'autoencoder';
  readonly name: Name;
  readonly loss: string;
  readonly hyper: F;
  readonly needs: Needs;
  readonly terms: readonly string[];
  readonly rules: Rules;
  readonly mistakes: Mistakes<Rules, Names>;
  readonly vector: Vector;
  /** The objective, right or with other rules. */
  make(rules?: Rules): Objective<Hyper>;
}

export function objective<
  const Name extends string,
  const F extends Fields,
  Hyper,
  Rules,
  Names extends string,
  const Vector extends VectorPart | undefined = undefined,
>(
  given: Description<Name, F, Hyper, Rules, Names, Vector>,
): Definition<Name, F, Hyper, Rules, Names, Vector> {
  const { name, loss, hyper, needs = {}, terms, rules: right, extend, evaluate, mistakes, vector } = given;
  return {
    net: 'autoencoder',
    name,
    loss,
    hyper,
    needs,
    terms,
    rules: right,
    mistakes: completed<Rules, Names>(right, mistakes),
    vector: vector as Vector,
    make: (rules = right) => ({
      name,
      usesNoise: needs.noise !== undefined,
      ...(needs.noise === 'data' && { noiseOnData: true }),
      terms,
      ...(needs.logits && { logits: true }),
      ...(extend !== undefined && { extend }),
      evaluate: evaluate(rules),
    }),
  };
}
