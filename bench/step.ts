/**
 * @file One training step of the ResNet-18 autoencoder, ours beside PyTorch's: two processes that are kept
 * alive and take turns. Both begin with the same parameters and batch, and must agree in the loss before
 * anything is timed.
 */
import { fileURLToPath } from 'node:url';
import { findPython, PEERS, type Ratio } from './peer.js';
import { median, range } from './spread.js';
import { type Job, LATENT, OBJECTIVES, RATE, withFile } from './step/job.js';
import { profileOf, type Share } from './step/profile.js';
import { openSide, type Side, type Step } from './step/side.js';

export type ObjectiveName = keyof typeof OBJECTIVES;

export interface StepOptions {
  readonly objectives: readonly ObjectiveName[];
  readonly batches: readonly number[];
  readonly width: number;
  readonly threads: number;
  /** Pairs of steps; when not said as many as fit in `seconds`, 3 to 25. */
  readonly repetitions: number | undefined;
  /** Time for one objective and batch size. */
  readonly seconds: number;
  readonly profile: boolean;
}

/** Seconds of each repetition, and the most memory held, in bytes. */
interface Measured {
  readonly seconds: number[];
  readonly processor: number[];
  peak: number;
}

/** All that was measured of one objective and batch size. */
export interface Cell {
  readonly objective: ObjectiveName;
  readonly batch: number;
  readonly width: number;
  readonly threads: number;
  readonly ours: Measured;
  /** Null where there is no torch. */
  readonly theirs: Measured | null;
  readonly profile?: readonly Share[];
}

const OURS = fileURLToPath(new URL('./step/ours.js', import.meta.url));

/**
 * How far two float32 losses of the same parameters and batch may be apart, relative to the loss: rounding,
 * with ReLU masks that flip.
 */
const FIRST = 1e-4;
/**
 * The same after a step, which moves every parameter by the rate times the sign of its gradient, however
 * small that is.
 */
const SECOND = 1e-2;

/** Throws unless the losses before and after the first step agree. */
export function checkLosses(ours: readonly number[], theirs: readonly number[]): void {
  for (const [i, tolerance] of [FIRST, SECOND].entries()) {
    const [a, b] = [ours[i]!, theirs[i]!];
    if (!(Math.abs(a - b) <= tolerance * Math.abs(b)))
      throw new Error(
        `bench: both sides must have the same loss at step ${i + 1} to ${tolerance}, got ${a} and ` +
          `${b} of PyTorch`,
      );
  }
}

const empty = (): Measured => ({ seconds: [], processor: [], peak: 0 });

function note(measured: Measured, { seconds, processor }: Step): void {
  measured.seconds.push(seconds);
  measured.processor.push(processor);
}

const repetitionsFor = ({ repetitions, seconds }: StepOptions, pair: number): number =>
  repetitions ?? Math.min(25, Math.max(3, Math.floor(seconds / pair)));

/** Steps in turns: ours, theirs, ours, theirs, ... */
async function takeTurns(sides: readonly [Side, Side | null], options: StepOptions) {
  const [ours, theirs] = sides;
  const losses: [number[], number[]] = [[], []];
  let pair = 0;
  for (let step = 0; step < 2; step++) {
    const [a, b] = [await ours.step(), await theirs?.step()];
    pair = a.seconds + (b?.seconds ?? 0);
    losses[0].push(a.loss);
    if (b) losses[1].push(b.loss);
  }
  if (theirs) checkLosses(...losses);
  const measured: [Measured, Measured] = [empty(), empty()];
  for (let repetition = repetitionsFor(options, pair); repetition > 0; repetition--) {
    note(measured[0], await ours.step());
    if (theirs) note(measured[1], await theirs.step());
  }
  measured[0].peak = await ours.peak();
  if (theirs) measured[1].peak = await theirs.peak();
  return { ours: measured[0], theirs: theirs && measured[1] };
}

async function measure(job: Job, python: string | undefined, options: StepOptions) {
  const ours = await openSide(process.execPath, [OURS], job);
  const theirs = python === undefined ? null : await openSide(python, [`${PEERS}torch_step.py`], job);
  try {
    return await takeTurns([ours, theirs], options);
  } finally {
    await Promise.all([ours.close(), theirs?.close()]);
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

const times = ({ seconds, peak }: Measured): string =>
  `${median(seconds).toFixed(2)} s (least ${Math.min(...seconds).toFixed(2)}), peak ${gigabytes(peak)}`;

function report({ objective, batch, ours, theirs, profile }: Cell): void {
  console.log(`${objective}, batch ${batch}, ${ours.seconds.length} repetitions`);
  console.log(`  ours     ${times(ours)}`);
  if (theirs) {
    console.log(`  PyTorch  ${times(theirs)}`);
    const least = Math.min(...ours.seconds) / Math.min(...theirs.seconds);
    const processor = median(ours.processor) / median(theirs.processor);
    const { value, spread } = ratioOf(objective, batch, ours, theirs);
    console.log(
      `  ratio    ${value.toFixed(2)} of medians (pairs ${spread.toFixed(2)} apart), ` +
        `${least.toFixed(2)} of minima, ` +
        `${processor.toFixed(2)} of processor time; memory ${(ours.peak / theirs.peak).toFixed(2)}`,
    );
  }
  if (profile) {
    const shares = profile.filter(({ share }) => share >= 0.005);
    for (const { op, share, nodes } of shares)
      console.log(`    ${(100 * share).toFixed(1).padStart(5)} %  ${op}, ${nodes} nodes`);
  }
}

function ratioOf(objective: string, batch: number, ours: Measured, theirs: Measured): Ratio {
  const pairs = ours.seconds.map((seconds, i) => seconds / theirs.seconds[i]!);
  const name = `step: ${objective}, batch ${batch}, time over that of PyTorch`;
  return { name, value: median(ours.seconds) / median(theirs.seconds), spread: range(pairs) };
}

/** Measures every objective at every batch size; prints as it goes. */
export async function step(options: StepOptions): Promise<{ ratios: Ratio[]; cells: Cell[] }> {
  const { width, threads } = options;
  const python = findPython();
  if (python === undefined)
    console.log(
      'PyTorch is NOT measured: no Python here can import torch (Debian: python3-torch ' +
        'libopenblas0-openmp; or set PYTHON)',
    );
  const cells: Cell[] = [];
  for (const batch of options.batches)
    for (const objective of options.objectives) {
      const common = { width, batch, threads };
      const given = { ...common, objective: OBJECTIVES[objective], latent: LATENT, rate: RATE };
      const cell = await withFile(given, async job => ({
        objective,
        ...common,
        ...(await measure(job, python, options)),
        ...(options.profile && { profile: await profileOf(job) }),
      }));
      report(cell);
      cells.push(cell);
    }
  const ratios = cells.flatMap(({ objective, batch, ours, theirs }) =>
    theirs ? [ratioOf(objective, batch, ours, theirs)] : [],
  );
  return { ratios, cells };
}
