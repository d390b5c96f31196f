/**
 * @file The result model of an experiment: plain JSON data that every figure, table and report is a pure
 * function of.
 */

/**
 * What tells the runs of an experiment apart beside the seed, in the order of the grid: `{ model: 'samba',
 * alpha2: 0.01 }`.
 */
export type Arm = Readonly<Record<string, string | number>>;

/** Pairs (x, y), x ascending; x is the training step unless the experiment says otherwise. */
export type Curve = readonly (readonly [number, number])[];

/** One run: an arm with a seed, and what was measured of it. */
export interface RunRecord {
  /** First digits of the hash of its configuration: the name of its folder. */
  readonly id: string;
  readonly arm: Arm;
  readonly seed: number;
  readonly status: 'complete' | 'interrupted' | 'waiting' | 'damaged';
  /** Of a damaged run: which file is not as it was written, and what to do. */
  readonly damage?: string;
  /** Final quantities by name; empty unless complete. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Quantities on the way, by the same names. */
  readonly curves: Readonly<Record<string, Curve>>;
}

/** A quantity that an experiment measures: how it is shown. */
export interface Quantity {
  /** For an axis or the head of a column, with its unit where it has one: 'loss-gradient norm per sample'. */
  readonly label: string;
  /** Its definition in a sentence, with the equation or claim it comes from. */
  readonly says: string;
  readonly scale: 'linear' | 'log';
}

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

/** A point of a figure; low and high are the ends of its error bar, absent where there is none. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** Whose values these are: published ones are drawn apart from ours. */
  readonly origin: 'ours' | 'published' | 'theory';
  /** Joined by a line, or points only. */
  readonly joined: boolean;
}

export interface Figure {
  /** Letters, digits and hyphens: names its files. */
  readonly id: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** What a reader must know: what the error bars are, what is not comparable. */
  readonly note?: string;
}

/** What pairs a run with runs of other arms. */
export type Seed = number | string;

/** Two arms seed by seed. */
export interface PairedDifference {
  readonly a: string;
  readonly b: string;
  readonly scale: 'linear' | 'log';
  /** The seeds that both have, two or more. */
  readonly seeds: readonly Seed[];
  /** `a` minus `b` of each seed; `a` over `b` on a log scale. */
  readonly differences: readonly number[];
  /**
   * Their mean, on a log scale the geometric one, with Student's 95 % interval and that of the bootstrap of
   * pairs.
   */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly bootstrapLow: number;
  readonly bootstrapHigh: number;
  /** Seeds that only one of the two has. */
  readonly dropped: { readonly a: readonly Seed[]; readonly b: readonly Seed[] };
}

/** At which margins a statement that has one of ours would be judged otherwise. */
export interface Sensitivity {
  /** The margin that was used: a factor or a limit. */
  readonly margin: number;
  /** 'any': contradicted however wide the margin; 'none': however narrow it is, it is not. */
  readonly contradictedBelow: number | 'any' | 'none';
  /** 'none': not supported however wide the margin. */
  readonly supportedFrom: number | 'none';
}

/** What runs say of a statement of the paper. */
export interface Judgement {
  readonly outcome: 'supported' | 'contradicted' | 'cannot-tell';
  /** The numbers behind it, a line for each comparison. */
  readonly why: string;
  /** The comparisons of arms that share seeds; absent where there are none. */
  readonly pairs?: readonly PairedDifference[];
  /** Absent where the statement has no margin of ours. */
  readonly sensitivity?: Sensitivity;
}

/** A checkable statement of the paper about the figure. */
export interface Statement {
  readonly id: string;
  /** As the paper puts it, in our words where it is long. */
  readonly says: string;
  readonly source: string;
  judge(runs: readonly RunRecord[]): Judgement;
}

/** Values that the authors published for an arm, one a run. */
export interface Published {
  readonly arm: Arm;
  readonly quantity: string;
  readonly values: readonly number[];
  readonly source: string;
  /** Why ours cannot be laid beside them under this setting; absent where they can. */
  readonly notComparable?: string;
}

/** Runs that the authors published, as runs of ours, to be judged by the same statements. */
export interface PublishedRecords {
  readonly runs: readonly RunRecord[];
  /** Where they come from and what they are comparable at. */
  readonly source: string;
}

/** A statement with what our runs say of it, and what the authors' own say. */
export interface JudgedStatement extends Pick<Statement, 'id' | 'says' | 'source'>, Judgement {
  /** Absent where the authors published no runs. */
  readonly published?: Judgement & Pick<PublishedRecords, 'source'>;
}

/** One quantity over the seeds of one arm. */
export interface Summary {
  readonly arm: Arm;
  readonly quantity: string;
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation; NaN for one run. */
  readonly deviation: number;
  /** Interquartile mean. */
  readonly iqm: number;
  /** 95 % bootstrap interval of the mean; NaN for one run. */
  readonly low: number;
  readonly high: number;
}

/** Ours beside the authors': whether the two sets of runs can be told apart. */
export interface Comparison {
  readonly ours: Summary;
  readonly published: Summary;
  readonly source: string;
  readonly outcome: 'agree' | 'differ' | 'cannot-tell';
  readonly why: string;
}

/** All that a report shows of an experiment; its images lie in the folders of the runs. */
export interface ExperimentResult {
  readonly schema: 1;
  readonly name: string;
  readonly source: string;
  readonly says: string;
  readonly setting: {
    readonly scale: string;
    readonly convention: string;
    readonly seeds: readonly number[];
    readonly engine: string;
    /** What was trained on, in words. */
    readonly data: string;
    /** The images were made up: no number says anything about real ones. */
    readonly generated: boolean;
  };
  readonly quantities: Readonly<Record<string, Quantity>>;
  readonly runs: readonly RunRecord[];
  readonly summaries: readonly Summary[];
  readonly comparisons: readonly Comparison[];
  readonly figures: readonly Figure[];
  readonly statements: readonly JudgedStatement[];
  readonly provenance: {
    readonly commit: string | null;
    readonly versions: Readonly<Record<string, string>>;
    /** Why it ran on that engine, for people. */
    readonly engineWhy: string;
    readonly threads: number;
    readonly verified: boolean;
  };
}
