/**
 * @file `npm run curves -- --data FOLDER [--seeds N] [--first-seed S] [--objective O]... [--keep FOLDER] [--csv FILE]
 * [--width W] [--batch B] [--steps N]`: does training follow PyTorch? The ResNet-18 autoencoder on CIFAR-10 from the same parameters, batches and noise, 200 steps with ReLU over
 * several seeds and 20 with softplus; a learning rate that is 1 % too high must not pass. Takes long; no test.
 */
import { parseArgs } from 'node:util';
import { writeAtomic } from '../src/formats/atomic.js';
import { type Cell, csv as toCsv } from '../src/formats/csv.js';
import { kept } from './curves/kept.js';
import { CSV_HEAD, type Curves, csvOf, printSteps, says } from './curves/print.js';
import { asFar, typical } from './curves/ranks.js';
import { apart, broken, follow, MIN_SEEDS, noFurther, type Step } from './curves/rule.js';
import {
  CONSTANT,
  LATENT,
  OBJECTIVES,
  ours,
  prepare,
  RATE,
  type Setting,
  torchCurves,
} from './curves/runs.js';

type Name = keyof typeof OBJECTIVES;
const NAMES = Object.keys(OBJECTIVES) as Name[];

const SMOOTH_STEPS = 20;
const SMOOTH_TOLERANCE = 1e-4;

const EXACT = 'PyTorch float64';
const TORCH = ['PyTorch 1 thread', 'PyTorch 2 threads'] as const;
const OURS = ['flatcheck 1 thread', 'flatcheck 2 threads'] as const;
/** PyTorch with another rounding, which its spread does not know of: what the rule says of a program that is right. */
const OTHERS = ['PyTorch without oneDNN', 'PyTorch, batch reversed'] as const;
/** The negative control, for as many steps as the smooth curves. */
const WRONG = 'rate 1 % too high';

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

/** On the smooth network: every curve by itself. */
function smoothVerdict({ objective }: Setting, curves: Curves): boolean {
  const largest = (name: string): number => apart(curves[name]!, curves[EXACT]!, CONSTANT[objective]);
  for (const name of [...OURS, ...TORCH, ...OTHERS, WRONG])
    console.log(`${name}: at most ${largest(name).toExponential(1)} from float64, relatively`);
  console.log(
    `(of a loss without its constant part; must be ${SMOOTH_TOLERANCE}, and more for the wrong rate)`,
  );
  return OURS.every(name => largest(name) <= SMOOTH_TOLERANCE) && largest(WRONG) > SMOOTH_TOLERANCE;
}

/** With ReLU: the rule of curves/rule.ts. */
function kinkedVerdict(seeds: readonly Curves[]): boolean {
  const judged = (name: string): Step[] =>
    follow(
      seeds.map(curves => ({
        exact: curves[EXACT]!,
        torch: TORCH.map(torch => curves[torch]!),
        judged: curves[name]!,
      })),
    );
  const all = Object.fromEntries([...OURS, ...TORCH, ...OTHERS, WRONG].map(name => [name, judged(name)]));
  printSteps(all);
  console.log();
  for (const [name, steps] of Object.entries(all)) console.log(`${name}: ${says(steps)}`);
  if (seeds[0]![EXACT]!.length > SMOOTH_STEPS) {
    const ours = seeds.map(curves => {
      const distances = (names: readonly string[]) =>
        names.map(name => typical(curves[name]!, curves[EXACT]!));
      return { judged: distances(OURS), peers: distances([...TORCH, ...OTHERS]) };
    });
    const mean = (all: readonly number[]): string =>
      Math.exp(all.reduce((sum, x) => sum + Math.log(x), 0) / all.length).toExponential(2);
    console.log(
      `median distance over the steps, mean over seeds: ${mean(ours.flatMap(({ judged }) => judged))}, PyTorch's four curves ${mean(ours.flatMap(({ peers }) => peers))}; ours would rank as high by chance with probability ${asFar(ours).toFixed(3)}`,
    );
  }
  const peers = OTHERS.map(name => all[name]!);
  const kept = OURS.every(name => broken(all[name]!).length === 0);
  const near = OURS.every(name => noFurther(all[name]!, peers));
  console.log(
    `the rule is ${kept ? 'kept' : 'broken'}; no further than PyTorch's other roundings: ${near ? 'yes' : 'no'}`,
  );
  return (kept || near) && broken(all[WRONG]!).length > 0 && !noFurther(all[WRONG]!, peers);
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
    },
  });
  const { objective, width, batch, steps, seeds, 'first-seed': first } = values;
  const objectives = NAMES.filter(name => objective.includes(name));
  if (objectives.length < new Set(objective).size)
    return `objective must be one of ${NAMES.join(', ')}, got ${objective.join(', ')}`;
  const sizes = { width, batch, steps, seeds, first };
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
  };
}

async function main(): Promise<number> {
  const asked = options();
  if (typeof asked === 'string') {
    console.error(`curves: ${asked}`);
    console.error(
      'usage: npm run curves -- --data CIFAR10_FOLDER [--seeds N] [--first-seed S] [--objective O]... [--keep FOLDER] [--csv FILE] [--width W] [--batch B] [--steps N]',
    );
    return 2;
  }
  const { objectives, data, csv, keep, width, batch, steps, seeds: count, first } = asked;
  console.log(
    `ResNet-18 autoencoder, width ${width}, latent ${LATENT}, batch ${batch} of CIFAR-10, Adam ${RATE}; loss of each step's batch; seeds ${first} to ${first + count - 1}` +
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
        if (curves === null) {
          console.error('curves: a Python with torch and numpy must be there, got none - set PYTHON to one');
          return 4;
        }
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
