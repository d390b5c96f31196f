/**
 * @file `npm run curves -- --data FOLDER [--seeds N] [--first-seed S] [--objective O]... [--keep FOLDER]
 * [--csv FILE] [--width W] [--batch B] [--steps N] [--ensemble N]`: does training follow PyTorch? The
 * ResNet-18 autoencoder on CIFAR-10 from the same parameters, batches and noise, 200 steps with ReLU over
 * several seeds and 20 with softplus; a learning rate that is 1 % too high must not pass. Takes long; no
 * test.
 */
import { parseArgs } from 'node:util';
import { checkFileToWrite, writeAtomic } from '../src/formats/atomic.js';
import { type Cell, csv as toCsv } from '../src/formats/csv.js';
import { ensembles, printEnsembles } from './curves/ensemble.js';
import { kept } from './curves/kept.js';
import { CSV_HEAD, type Curves, csvOf } from './curves/print.js';
import { MIN_SEEDS } from './curves/rule.js';
import { LATENT, OBJECTIVES, ours, prepare, RATE, type Setting, torchCurves } from './curves/runs.js';
import {
  EXACT,
  kinkedVerdict,
  OTHERS,
  OURS,
  SMOOTH_STEPS,
  smoothVerdict,
  TORCH,
  WRONG,
} from './curves/verdicts.js';

type Name = keyof typeof OBJECTIVES;
const NAMES = Object.keys(OBJECTIVES) as Name[];

/** Null where there is no torch. */
async function curvesOf(setting: Setting): Promise<Curves | null> {
  const run = prepare(setting);
  const ways = ['2:float64', '1:float32', '2:float32', '1:float32:plain', '1:float32:reversed'] as const;
  const torch = torchCurves(run, ways);
  if (torch === undefined) return null;
  return {
    ...Object.fromEntries([EXACT, ...TORCH, ...OTHERS].map((name, i) => [name, torch[i]!])),
    [OURS[0]]: await ours(run, 1),
    [OURS[1]]: await ours(run, 2),
    [WRONG]: await ours(run, 1, Math.min(setting.steps, SMOOTH_STEPS), 1.01 * RATE),
  };
}

interface Options {
  readonly objectives: readonly Name[];
  readonly data: string;
  readonly csv: string | undefined;
  /** Where curves are kept, for when the command is given again. */
  readonly keep: string | undefined;
  readonly width: number;
  readonly batch: number;
  readonly steps: number;
  readonly seeds: number;
  readonly first: number;
  /** Runs of the first seed with rounded parameters, instead of all else. */
  readonly ensemble: number | undefined;
}

function options(): Options | string {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      csv: { type: 'string' },
      keep: { type: 'string' },
      width: { type: 'string', default: '16' },
      batch: { type: 'string', default: '32' },
      steps: { type: 'string', default: '200' },
      objective: { type: 'string', multiple: true, default: NAMES },
      seeds: { type: 'string', default: String(MIN_SEEDS) },
      'first-seed': { type: 'string', default: '1' },
      ensemble: { type: 'string' },
    },
  });
  const { objective, width, batch, steps, seeds, 'first-seed': first, ensemble } = values;
  const objectives = NAMES.filter(name => objective.includes(name));
  if (objectives.length < new Set(objective).size)
    return `objective must be one of ${NAMES.join(', ')}, got ${objective.join(', ')}`;
  const sizes = { width, batch, steps, seeds, first, ...(ensemble !== undefined && { ensemble }) };
  for (const [name, text] of Object.entries(sizes))
    if (!/^[1-9]\d{0,8}$/.test(text)) return `${name} must be a positive integer, got ${text}`;
  const data = values.data ?? process.env.CIFAR10_DIR;
  if (data === undefined) return 'data must name a folder with CIFAR-10, got none';
  return {
    objectives,
    data,
    csv: values.csv,
    keep: values.keep,
    width: Number(width),
    batch: Number(batch),
    steps: Number(steps),
    seeds: Number(seeds),
    first: Number(first),
    ensemble: ensemble === undefined ? undefined : Number(ensemble),
  };
}

function withoutTorch(): number {
  console.error('curves: a Python with torch and numpy must be there, got none - set PYTHON to one');
  return 4;
}

async function ensemble(asked: Options, size: number): Promise<number> {
  const { objectives, data, width, batch, steps, first: seed } = asked;
  for (const objective of objectives) {
    const setting = { objective, activation: 'relu', width, batch, steps, seed, data } as const;
    const found = await ensembles(setting, size);
    if (found === null) return withoutTorch();
    console.log(
      `\n## ${objective}, relu, width ${width}, batch ${batch}: ${steps} steps of seed ${seed}, ` +
        `${size} times\n`,
    );
    printEnsembles(found);
  }
  return 0;
}

async function main(): Promise<number> {
  const asked = options();
  if (typeof asked === 'string') {
    console.error(`curves: ${asked}`);
    console.error(
      'usage: npm run curves -- --data CIFAR10_FOLDER [--seeds N] [--first-seed S] [--objective ' +
        'O]... [--keep FOLDER] [--csv FILE] [--width W] [--batch B] [--steps N] [--ensemble N]',
    );
    return 2;
  }
  const { objectives, data, csv, keep, width, batch, steps, seeds: count, first } = asked;
  if (asked.ensemble !== undefined) return ensemble(asked, asked.ensemble);
  if (csv !== undefined) checkFileToWrite('curves --csv', csv);
  console.log(
    `ResNet-18 autoencoder, width ${width}, latent ${LATENT}, batch ${batch} of CIFAR-10, Adam ` +
      `${RATE}; loss of each step's batch; seeds ${first} to ${first + count - 1}` +
      (count < MIN_SEEDS ? `: fewer than ${MIN_SEEDS}, so that the rule says little` : ''),
  );
  const lines: Cell[][] = [];
  let fine = true;
  for (const activation of ['softplus', 'relu'] as const)
    for (const objective of objectives) {
      const length = activation === 'relu' ? steps : Math.min(steps, SMOOTH_STEPS);
      const setting = { objective, activation, width, batch, steps: length, seed: first, data };
      const seeds: Curves[] = [];
      const last = activation === 'relu' ? first + count - 1 : first;
      for (let seed = first; seed <= last; seed++) {
        const curves = await kept(keep, { ...setting, seed }, curvesOf);
        if (curves === null) return withoutTorch();
        seeds.push(curves);
      }
      console.log(`\n## ${objective}, ${activation}, ${length} steps\n`);
      fine = (activation === 'softplus' ? smoothVerdict(setting, seeds[0]!) : kinkedVerdict(seeds)) && fine;
      if (lines.length === 0) lines.push([...CSV_HEAD, ...Object.keys(seeds[0]!)]);
      lines.push(...csvOf(setting, seeds[0]!));
      if (csv !== undefined) writeAtomic('curves', csv, toCsv(lines));
    }
  console.log(
    fine ? '\nno curve is further off than rounding makes it' : '\nnot all curves are as they should be',
  );
  return fine ? 0 : 1;
}

process.exitCode = await main();
