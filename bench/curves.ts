/**
 * @file `npm run curves -- --data FOLDER [--csv FILE] [--width W] [--batch B] [--steps N]`: does training follow PyTorch? The ResNet-18
 * autoencoder on CIFAR-10 from the same parameters and batches, 200 steps with ReLU and 20 with softplus. Takes long; no test.
 */
import { parseArgs } from 'node:util';
import { writeAtomic } from '../src/formats/atomic.js';
import { columns } from '../src/report/table.js';
import { apart, judge } from './curves/judge.js';
import {
  CONSTANT,
  type Curve,
  LATENT,
  OBJECTIVES,
  ours,
  prepare,
  RATE,
  type Setting,
  withPeer,
} from './curves/runs.js';

const SMOOTH_STEPS = 20;
const SMOOTH_TOLERANCE = 1e-4;
/** Distances from float64 in units of PyTorch's own. */
const SPREADS = 2;
/** Every so many steps, in the table. */
const SHOWN = 10;

type Curves = Readonly<Record<string, Curve>>;

/** Null where there is no torch. */
const curvesOf = (setting: Setting): Promise<Curves | null> => {
  const run = prepare(setting);
  return withPeer(run, async peer => {
    const torch = { 1: peer(1, 'float32'), 2: peer(2, 'float32'), exact: peer(2, 'float64') };
    if (torch[1] === undefined || torch[2] === undefined || torch.exact === undefined) return null;
    return {
      'PyTorch float64': torch.exact,
      'PyTorch 1 thread': torch[1],
      'PyTorch 2 threads': torch[2],
      'flatcheck 1 thread': await ours(run, 'onnx-cpu', 1),
      'flatcheck 2 threads': await ours(run, 'onnx-cpu', 2),
    };
  });
};

function print(curves: Curves, every: number): void {
  const steps = curves['PyTorch float64']!.map((_, i) => i).filter(i => i === 0 || (i + 1) % every === 0);
  const rows = steps.map(i => [
    String(i + 1),
    ...Object.values(curves).map(curve => curve[i]!.toPrecision(8)),
  ]);
  console.log(columns([['step', ...Object.keys(curves)], ...rows]).join('\n'));
}

const csvOf = (setting: Setting, curves: Curves): string =>
  curves['PyTorch float64']!.map((_, i) =>
    [setting.objective, setting.activation, i + 1, ...Object.values(curves).map(curve => curve[i])].join(),
  ).join('\n');

/** Whether our curves are as they should be; prints all of them. */
function verdict(setting: Setting, curves: Curves): boolean {
  const { objective, activation, steps } = setting;
  const exact = curves['PyTorch float64']!;
  const torch = [curves['PyTorch 1 thread']!, curves['PyTorch 2 threads']!];
  console.log(`\n## ${objective}, ${activation}, ${steps} steps\n`);
  print(curves, activation === 'relu' ? SHOWN : 1);
  const mine = Object.entries(curves).filter(([name]) => name.startsWith('flatcheck'));
  console.log();
  const fine = mine.map(([name, curve]) => {
    const far = apart(curve, exact, CONSTANT[objective]);
    if (activation === 'softplus') {
      console.log(
        `${name}: at most ${far.toExponential(1)} from float64, relatively (of a loss without its constant part; must be ${SMOOTH_TOLERANCE})`,
      );
      return far <= SMOOTH_TOLERANCE;
    }
    const { largest, typical, soFar, step } = judge(curve, exact, torch);
    console.log(
      `${name}: from float64 at most ${largest.toFixed(2)} times PyTorch's spread, root mean square ${typical.toFixed(2)} times ` +
        `(must be ${SPREADS}); over the spread so far ${soFar.toFixed(1)} at step ${step}; at most ${far.toExponential(1)} relatively`,
    );
    return largest <= SPREADS && typical <= SPREADS;
  });
  for (const [i, curve] of torch.entries())
    console.log(
      `PyTorch, ${i + 1} thread${i === 0 ? '' : 's'}: ${apart(curve, exact, CONSTANT[objective]).toExponential(1)} from float64, relatively`,
    );
  return fine.every(Boolean);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      csv: { type: 'string' },
      width: { type: 'string', default: '16' },
      batch: { type: 'string', default: '32' },
      steps: { type: 'string', default: '200' },
    },
  });
  const sizes = [values.width, values.batch, values.steps].map(Number) as [number, number, number];
  const [width, batch, steps] = sizes;
  const data = values.data ?? process.env.CIFAR10_DIR;
  if (data === undefined || !sizes.every(size => Number.isInteger(size) && size > 0)) {
    console.error(
      'curves: usage: npm run curves -- --data CIFAR10_FOLDER [--csv FILE] [--width W] [--batch B] [--steps N]',
    );
    return 2;
  }
  console.log(
    `ResNet-18 autoencoder, width ${width}, latent ${LATENT}, batch ${batch} of CIFAR-10, Adam ${RATE}; loss of each step's batch`,
  );
  const lines: string[] = [];
  let fine = true;
  const names = Object.keys(OBJECTIVES) as (keyof typeof OBJECTIVES)[];
  const settings = (['softplus', 'relu'] as const).flatMap(activation =>
    names.map((objective): Setting => {
      const count = activation === 'relu' ? steps : Math.min(steps, SMOOTH_STEPS);
      return { objective, activation, width, batch, steps: count, data };
    }),
  );
  for (const setting of settings) {
    const curves = await curvesOf(setting);
    if (curves === null) {
      console.error('curves: a Python with torch and numpy must be there, got none - set PYTHON to one');
      return 4;
    }
    fine = verdict(setting, curves) && fine;
    if (lines.length === 0) lines.push(['objective', 'activation', 'step', ...Object.keys(curves)].join());
    lines.push(csvOf(setting, curves));
    if (values.csv !== undefined) writeAtomic('curves', values.csv, `${lines.join('\n')}\n`);
  }
  console.log(fine ? '\nall curves as they should be' : '\nsome curves are too far from those of PyTorch');
  return fine ? 0 : 1;
}

process.exitCode = await main();
