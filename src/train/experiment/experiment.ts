/**
 * @file What an experiment is: a grid of runs, what is measured of them, and what the paper claims about the
 * figure.
 */
import type {
  Arm,
  Curve,
  Figure,
  Published,
  PublishedRecords,
  Quantity,
  RunRecord,
  Statement,
} from '../../claims/experiment/model.js';
import type { Random } from '../../claims/random.js';
import type { DataConfig, TrainConfig, TrainEngine } from '../config.js';
import type { TrainingData } from '../data.js';
import type { Measures } from '../graphs.js';
import type { Model } from '../model.js';
import type { Carried, Numbers } from '../runner.js';

/** From a minute on a laptop, over an evening on a workstation, to the size of the paper. */
export const SCALES = ['smoke', 'small', 'paper'] as const;
export type Scale = (typeof SCALES)[number];

/** The equations of the paper, or what the authors' released code computes. */
export const CONVENTIONS = ['paper', 'released-code'] as const;
export type Convention = (typeof CONVENTIONS)[number];

/** What a person chose for an experiment; with the experiment's name it determines every run. */
export interface Setting {
  readonly scale: Scale;
  readonly convention: Convention;
  /** The seeds of each arm. */
  readonly seeds: readonly number[];
  /** The images to train on; undefined where the experiment makes its own data. */
  readonly data: DataConfig | undefined;
  readonly engine: TrainEngine;
}

/** Inputs of a computed run: plain JSON, hashed for its name. */
export type Inputs = Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;

/** A run before it is run. */
export interface RunPlan {
  readonly arm: Arm;
  readonly seed: number;
  readonly job:
    | { readonly kind: 'train'; readonly config: TrainConfig }
    | { readonly kind: 'compute'; readonly inputs: Inputs };
}

/** What a computed run gives back. */
export interface Computed {
  readonly numbers: Readonly<Record<string, number>>;
  readonly curves: Readonly<Record<string, Curve>>;
}

/** What a computed run may use of its surroundings. */
export interface ComputeContext {
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Where the data files are, for experiments that need some. */
  readonly dataFolder: string | undefined;
  readonly threads: number;
  /**
   * The state last saved, or undefined at the start; a run that takes more than a minute should save now and
   * then.
   */
  restore(): Readonly<Record<string, Float64Array>> | undefined;
  save(state: Readonly<Record<string, Float64Array>>): void;
  progress(done: number, total: number): void;
}

/** The network of a finished training run, and the records that it was trained and validated on. */
export interface Trained {
  readonly config: TrainConfig;
  readonly model: Model;
  /** `param.NAME` and `statistics.NAME`. */
  readonly network: Carried;
  readonly data: TrainingData;
  /** What trained it; it measures it too. */
  readonly engine: TrainEngine;
  readonly threads: number;
}

/** A distribution of latents, whose draws a trained network decodes to samples. */
export interface LatentDistribution {
  /** The prior, or one made from codes. */
  readonly name: 'prior' | 'codes';
  /** How it is drawn from; `codes` gives the codes of training records, [n][dimension]. */
  sampler(
    dimension: number,
    codes: () => Promise<readonly (readonly number[])[]>,
  ): Promise<(random: Random) => readonly number[]>;
}

export interface Experiment {
  readonly name: string;
  readonly source: string;
  /** What the figure or table shows, in a sentence. */
  readonly says: string;
  /** The data set it needs; 'none' where it makes its own data. */
  readonly data: 'cifar10' | 'cifar100' | 'mnist' | 'none';
  /**
   * Can do without its data set: the setting's data are then undefined. Others take made-up images at small
   * scales, or refuse.
   */
  readonly dataOptional?: boolean;
  /** Everything is computed in doubles: no engine can be chosen. */
  readonly doubles?: true;
  readonly conventions: readonly Convention[];
  /** The seeds of each scale, when none are given. */
  seeds(scale: Scale, convention: Convention): readonly number[];
  /** Every run of the grid, in the order of the figure. */
  plan(setting: Setting): readonly RunPlan[];
  /** What validation measures beside loss, terms and the squared error at the mean; of training runs. */
  measures?(setting: Setting): Measures;
  /** Numbers measured once of each trained network, beside those of the last validation. */
  measureTrained?(trained: Trained, setting: Setting): Promise<Numbers>;
  /**
   * The quantities of a training run from the numbers of a validation (`loss`, `term.kl`,
   * `measure.squaredErrorAtMean`, ...) or of `measureTrained`; when not said, the same numbers without
   * `term.` and `measure.`.
   */
  derive?(numbers: Numbers, arm: Arm): Numbers;
  /** What samples of a trained network are decoded from; no images when not said. */
  samplesFrom?(arm: Arm): LatentDistribution;
  /**
   * Peak memory of a computed run in bytes, where it is more than a bare process: how many run in parallel
   * depends on it.
   */
  memory?(setting: Setting): number;
  /** Does a computed run. Throws the signal's reason when aborted, after `save`. */
  compute?(inputs: Inputs, context: ComputeContext): Promise<Computed>;
  /** The metrics that are shown. */
  readonly quantities: Readonly<Record<string, Quantity>>;
  /** Those that a table on the terminal has room for; the first few when not said. */
  readonly main?: readonly string[];
  figures(runs: readonly RunRecord[], setting: Setting): readonly Figure[];
  readonly statements: readonly Statement[];
  /** The authors' values that may be laid beside ours, under the given setting. */
  published?(setting: Setting): readonly Published[];
  /**
   * The authors' own runs, where they published them: judged by the same statements, whatever the setting of
   * ours.
   */
  publishedRuns?(): PublishedRecords;
}
