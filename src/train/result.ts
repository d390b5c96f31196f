/**
 * @file What a training run came to: plain JSON data, the same bits however often the run was stopped and
 * resumed.
 */
import type { MetricsLine, ValidationLine, Written } from './metrics.js';
import type { Numbers } from './runner.js';

export interface TrainResult {
  readonly schema: 1;
  readonly status: 'complete' | 'interrupted';
  readonly objective: string;
  /** Steps done, and steps to do. */
  readonly step: number;
  readonly steps: number;
  readonly epochs: number;
  /** Of the last logged batch. */
  readonly training: Numbers;
  /** Means over the validation records at the last evaluation, and at the one with the least loss. */
  readonly validation?: Evaluated;
  readonly best?: Evaluated;
  readonly data: {
    readonly kind: string;
    readonly digest: string;
    /** Made-up images: nothing here says anything about real ones. */
    readonly generated: boolean;
    readonly training: number;
    readonly validation: number;
  };
  readonly configDigest: string;
  /** What of the provenance stays the same from session to session, as one digest. */
  readonly origin: string;
  /** metrics.jsonl as it was when the run ended. */
  readonly metrics: Written;
  /** SHA-256 of the parameters and running statistics. */
  readonly paramsDigest: string;
  /** Whether the claims behind the objective had passed whenever the run was started or resumed. */
  readonly verified: boolean;
}

interface Evaluated {
  readonly step: number;
  readonly records: number;
  readonly numbers: Numbers;
}

/** The metrics of a result, gathered line by line. */
export class Summary {
  private training: Numbers = {};
  private last: ValidationLine | undefined;
  private best: ValidationLine | undefined;

  add(line: MetricsLine): void {
    if (line.kind === 'step') {
      this.training = line.numbers;
      return;
    }
    this.last = line;
    if (this.best === undefined || line.numbers.loss! < this.best.numbers.loss!) this.best = line;
  }

  get numbers(): Pick<TrainResult, 'training' | 'validation' | 'best'> {
    const { training, last, best } = this;
    if (last === undefined || best === undefined) return { training };
    return { training, validation: evaluated(last), best: evaluated(best) };
  }
}

const evaluated = ({ step, records, numbers }: ValidationLine): Evaluated => ({ step, records, numbers });

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Runs side by side, one row each, as text for a table. Numbers that a run does not have are left empty. */
export function describe(results: readonly TrainResult[]): Table {
  const columns: readonly (readonly [string, (result: TrainResult) => number | string | undefined])[] = [
    ['objective', ({ objective }) => objective],
    ['data', ({ data }) => (data.generated ? `${data.kind} (made up)` : data.kind)],
    ['steps', ({ step, steps }) => (step === steps ? step : `${step} of ${steps}`)],
    ['training loss', ({ training }) => training.loss],
    ['validation loss', ({ validation }) => validation?.numbers.loss],
    ['squared error at the mean', ({ validation }) => validation?.numbers['measure.squaredErrorAtMean']],
    ['verified', ({ verified }) => (verified ? 'yes' : 'NO')],
  ];
  return {
    head: columns.map(([name]) => name),
    rows: results.map(result => columns.map(([, value]) => cell(value(result)))),
  };
}

const cell = (value: number | string | undefined): string =>
  typeof value !== 'number' ? (value ?? '') : Number.isInteger(value) ? String(value) : value.toPrecision(5);
