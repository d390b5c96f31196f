/** @file Training a wide residual network on labelled images, on any engine, resumable bit for bit. */

import { fill, stream } from '../../src/claims/random.js';
import { type ClassifierMethod, classifierStep } from '../../src/core/classifier-step.js';
import { initialise } from '../../src/core/init.js';
import type { ParamShapes } from '../../src/core/net/network.js';
import { evaluated, firstStatistic } from '../../src/core/net/running.js';
import type { WideResNet } from '../../src/core/net/wide-resnet.js';
import type { Optimiser } from '../../src/core/optimiser.js';
import { withoutPrefix, withPrefix } from '../../src/core/prefix.js';
import { sizeOf } from '../../src/engine/graph/graph.js';
import { specsOf } from '../../src/engine/spec.js';
import type { Images } from '../../src/formats/images.js';
import { InputError } from '../../src/formats/input-error.js';
import { entry, type State, type Stepper } from '../../src/studies/stepper.js';
import type { TrainEngine } from '../../src/train/config.js';
import { permutation } from '../../src/train/data.js';
import { openHolder } from '../../src/train/engines/open.js';
import { memoryOfStep } from '../../src/train/experiment/memory.js';
import type { Stage } from '../../src/train/graphs.js';
import { channelMoments, movesOf, normalisedBatch } from './augmentation.js';

export interface ClassifierTraining {
  readonly net: WideResNet;
  readonly method: ClassifierMethod;
  readonly optimiser: Optimiser;
  /** Of the variances at the start, where the method has some. */
  readonly variance: number;
  readonly seed: number;
  readonly training: Images;
  readonly test: Images;
  readonly batchSize: number;
  readonly steps: number;
  /** The rate before any decay; it falls to a fifth at each of these shares of the steps. */
  readonly rate: number;
  readonly decays: readonly number[];
  /** Share of the target that is spread over all classes. */
  readonly smoothing: number;
  /** Steps between evaluations on the test records. */
  readonly evaluateEvery: number;
  readonly engine: TrainEngine;
  readonly threads: number;
}

const DECAY = 0.2;
/** What a step's graph depends on. */
type Step = Pick<ClassifierTraining, 'net' | 'method' | 'optimiser' | 'batchSize'>;

/** Records of an evaluation batch. */
const evaluationBatch = (batchSize: number): number => Math.min(100, 2 * batchSize);

/** An evaluation on the test records. */
export interface Evaluated {
  readonly step: number;
  /** Percent. */
  readonly accuracy: number;
  readonly loss: number;
  /** Mean training loss since the last evaluation, where the gradient is taken. */
  readonly trainingLoss: number;
}

const COLUMNS = 4;

export interface RunningTraining extends Stepper {
  advance(): Promise<void>;
  /** All evaluations so far; the last step has one. */
  evaluations(): Evaluated[];
  /** Mean |log| of the variances over their values at the start; 0 for methods without. */
  varianceShift(): number;
  close(): Promise<void>;
}

/** Shapes of what is carried from step to step. */
const shapesOf = ({ net, method, optimiser }: Step): ParamShapes => ({
  ...networkShapes(net),
  ...withPrefix('state', optimiser.stateShapes(net.shapes)),
  ...(method.uses === 'sigma2' ? withPrefix('sigma2', net.shapes) : {}),
});

const networkShapes = (net: WideResNet): ParamShapes => ({
  ...withPrefix('param', net.shapes),
  ...withPrefix('statistics', net.normalised.statistics),
});

function stepStage(setup: Step): Stage {
  const { net, method, optimiser, batchSize } = setup;
  return {
    specs: {
      ...specsOf(shapesOf(setup)),
      ...(method.uses === 'noise' ? specsOf(withPrefix('noise', net.shapes)) : {}),
      x: { shape: [batchSize, ...net.data] },
      targets: { shape: [batchSize, net.classes] },
      rate: { shape: [] },
    },
    fn: given => {
      const perParameter = method.uses === 'none' ? {} : { [method.uses]: withoutPrefix(method.uses, given) };
      const { loss, params, state, statistics, sigma2 } = classifierStep(method, net, optimiser, {
        params: withoutPrefix('param', given),
        state: withoutPrefix('state', given),
        statistics: withoutPrefix('statistics', given),
        inputs: { x: given.x!, targets: given.targets!, ...perParameter },
        rate: given.rate!,
      });
      return {
        loss,
        ...withPrefix('param', params),
        ...withPrefix('state', state),
        ...withPrefix('statistics', statistics),
        ...withPrefix('sigma2', sigma2),
      };
    },
  };
}

/** Bytes that such a training needs. */
export const memoryOfClassifier = (
  setup: Step & Pick<ClassifierTraining, 'engine'>,
  imageBytes: number,
): number => memoryOfStep(stepStage(setup), shapesOf(setup), { engine: setup.engine, imageBytes });

const evaluationStage = ({ net, batchSize }: ClassifierTraining): Stage => ({
  specs: {
    ...specsOf(networkShapes(net)),
    x: { shape: [evaluationBatch(batchSize), ...net.data] },
  },
  fn: given => ({
    logits: evaluated(net, withoutPrefix('statistics', given)).logits(
      withoutPrefix('param', given),
      given.x!,
    ),
  }),
});

/** What the first step begins with: parameters as PyTorch draws them, an optimiser at rest. */
function firstOf({
  net,
  method,
  optimiser,
  variance,
  seed,
}: ClassifierTraining): Record<string, Float32Array> {
  const draws = Object.entries(net.shapes).map(
    ([name, shape]) =>
      [name, fill(new Float64Array(sizeOf(shape)), 'uniform', stream(seed, 'init', name))] as const,
  );
  const filled = (shapes: ParamShapes, value: (name: string) => number) =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        new Float64Array(sizeOf(shape)).fill(value(name)),
      ]),
    );
  const all = {
    ...withPrefix('param', initialise(net, Object.fromEntries(draws))),
    ...withPrefix(
      'state',
      filled(optimiser.stateShapes(net.shapes), () => 0),
    ),
    ...withPrefix('statistics', filled(net.normalised.statistics, firstStatistic)),
    ...(method.uses === 'sigma2'
      ? withPrefix(
          'sigma2',
          filled(net.shapes, () => variance),
        )
      : {}),
  };
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, Float32Array.from(values)]));
}

function targetsOf(labels: readonly number[], classes: number, smoothing: number): Float32Array {
  const out = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (const [i, label] of labels.entries()) out[i * classes + label]! += 1 - smoothing;
  return out;
}

/** log of the sum of exponentials, and the place of the largest. */
function softmaxOf(logits: Float64Array): { readonly log: number; readonly best: number } {
  let best = 0;
  for (let c = 1; c < logits.length; c++) if (logits[c]! > logits[best]!) best = c;
  const largest = logits[best]!;
  return { best, log: largest + Math.log(logits.reduce((sum, x) => sum + Math.exp(x - largest), 0)) };
}

export async function openClassifierTraining(setup: ClassifierTraining): Promise<RunningTraining> {
  const { net, method, training, test, batchSize, steps, seed } = setup;
  const perEpoch = Math.floor(training.count / batchSize);
  if (perEpoch === 0)
    throw new InputError(
      `classifier: the batch size must be at most the ${training.count} records trained on, got ${batchSize} (${training.name})`,
    );
  const moments = channelMoments(training);
  const first = firstOf(setup);
  const names = Object.keys(first);
  const holder = await openHolder(first, shapesOf(setup), setup);
  const takeStep = await holder.open(stepStage(setup));
  const evaluation = await holder.open(evaluationStage(setup));

  let done = 0;
  let [lossSum, lossCount] = [0, 0];
  const notes: number[] = [];
  let order = new Uint32Array();
  let epoch = -1;

  const batchAt = (step: number): Record<string, Float32Array> => {
    const wanted = Math.floor(step / perEpoch);
    if (wanted !== epoch) {
      order = new Uint32Array(permutation(training.count, seed, 'shuffle', wanted));
      epoch = wanted;
    }
    const start = (step % perEpoch) * batchSize;
    const indices = order.subarray(start, start + batchSize);
    const labels = [...indices].map(i => training.label(i));
    return {
      x: normalisedBatch(training, indices, moments, movesOf(seed, step, batchSize)),
      targets: targetsOf(labels, net.classes, setup.smoothing),
      ...(method.uses === 'noise' ? noiseAt(step) : {}),
    };
  };
  const noiseAt = (step: number): Record<string, Float32Array> =>
    withPrefix(
      'noise',
      Object.fromEntries(
        Object.entries(net.shapes).map(([name, shape]) => [
          name,
          fill(new Float32Array(sizeOf(shape)), 'normal', stream(seed, 'noise', step, name)),
        ]),
      ),
    );
  const rateAt = (step: number): number =>
    setup.rate * DECAY ** setup.decays.filter(share => step >= share * steps).length;

  const evaluate = async (): Promise<{ accuracy: number; loss: number }> => {
    const size = evaluationBatch(batchSize);
    let [right, loss] = [0, 0];
    for (let start = 0; start < test.count; start += size) {
      const count = Math.min(size, test.count - start);
      // the last batch is filled up with its own first record
      const indices = Array.from({ length: size }, (_, i) => start + (i < count ? i : 0));
      const outputs = await evaluation({ x: normalisedBatch(test, indices, moments) });
      const logits = Float64Array.from(outputs.logits!);
      for (let i = 0; i < count; i++) {
        const row = logits.subarray(i * net.classes, (i + 1) * net.classes);
        const { best, log } = softmaxOf(row);
        const label = test.label(start + i);
        right += best === label ? 1 : 0;
        loss += log - row[label]!;
      }
    }
    return { accuracy: (100 * right) / test.count, loss: loss / test.count };
  };

  return {
    steps,
    get done() {
      return done;
    },
    async advance() {
      const outputs = await takeStep({ ...batchAt(done), rate: Float64Array.of(rateAt(done)) });
      const loss = outputs.loss![0]!;
      if (!Number.isFinite(loss))
        throw new InputError(`classifier: the loss must stay finite, got ${loss} at step ${done}`);
      lossSum += loss;
      lossCount++;
      done++;
      if (done % setup.evaluateEvery !== 0 && done !== steps) return;
      const { accuracy, loss: testLoss } = await evaluate();
      notes.push(done, accuracy, testLoss, lossSum / lossCount);
      [lossSum, lossCount] = [0, 0];
    },
    state: () => ({
      ...Object.fromEntries(
        Object.entries(holder.held()).map(([name, values]) => [name, Float64Array.from(values)]),
      ),
      progress: Float64Array.of(done, lossSum, lossCount),
      notes: Float64Array.from(notes),
    }),
    resume(state: State) {
      holder.hold(Object.fromEntries(names.map(name => [name, entry(state, name)])));
      [done, lossSum, lossCount] = [...entry(state, 'progress')] as [number, number, number];
      notes.push(...entry(state, 'notes'));
    },
    evaluations: () =>
      Array.from({ length: notes.length / COLUMNS }, (_, i) => {
        const [step, accuracy, loss, trainingLoss] = notes.slice(COLUMNS * i) as [
          number,
          number,
          number,
          number,
        ];
        return { step, accuracy, loss, trainingLoss };
      }),
    varianceShift() {
      const now = holder.held();
      let [sum, count] = [0, 0];
      for (const name of names.filter(one => one.startsWith('sigma2.'))) {
        const start = first[name]!;
        for (const [i, s] of now[name]!.entries()) sum += Math.abs(Math.log(s / start[i]!));
        count += start.length;
      }
      return count === 0 ? 0 : sum / count;
    },
    close: () => holder.close(),
  };
}
