/** @file Training a wide residual network on labelled images with ONNX Runtime, resumable bit for bit. */
import type { Tensor } from 'onnxruntime-node';
import { type ClassifierMethod, classifierStep } from '../../core/classifier-step.js';
import { initialise } from '../../core/init.js';
import type { ParamShapes } from '../../core/net/network.js';
import { evaluated, firstStatistic } from '../../core/net/running.js';
import type { WideResNet } from '../../core/net/wide-resnet.js';
import type { Optimiser } from '../../core/optimiser.js';
import { sizeOf } from '../../engine/graph.js';
import { openOnnx } from '../../engine/onnx/session.js';
import type { Specs } from '../../engine/spec.js';
import type { Images } from '../../formats/images.js';
import { InputError } from '../../formats/input-error.js';
import { fill, stream } from '../../theory/random.js';
import { permutation } from '../data.js';
import { graphOf, type Stage, withoutPrefix, withPrefix } from '../graphs.js';
import { channelMoments, movesOf, normalisedBatch } from './augmentation.js';
import { entry, type State, type Stepper } from './stepper.js';

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
  readonly threads: number;
}

const DECAY = 0.2;
const EVALUATION_BATCH = 100;

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

const specsOf = (prefix: string, shapes: ParamShapes): Specs =>
  withPrefix(prefix, Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }])));

function stepStage({ net, method, optimiser, batchSize }: ClassifierTraining): Stage {
  return {
    specs: {
      ...specsOf('param', net.shapes),
      ...specsOf('state', optimiser.stateShapes(net.shapes)),
      ...specsOf('statistics', net.normalised.statistics),
      ...(method.uses === 'none' ? {} : specsOf(method.uses, net.shapes)),
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

const evaluationStage = ({ net }: ClassifierTraining): Stage => ({
  specs: {
    ...specsOf('param', net.shapes),
    ...specsOf('statistics', net.normalised.statistics),
    x: { shape: [EVALUATION_BATCH, ...net.data] },
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
function softmaxOf(logits: Float32Array): { readonly log: number; readonly best: number } {
  let best = 0;
  for (let c = 1; c < logits.length; c++) if (logits[c]! > logits[best]!) best = c;
  const largest = logits[best]!;
  return { best, log: largest + Math.log(logits.reduce((sum, x) => sum + Math.exp(x - largest), 0)) };
}

export async function openClassifierTraining(of: ClassifierTraining): Promise<RunningTraining> {
  const { net, method, training, test, batchSize, steps, seed } = of;
  const perEpoch = Math.floor(training.count / batchSize);
  if (perEpoch === 0)
    throw new InputError(
      `classifier: the batch size must be at most the ${training.count} records trained on, got ${batchSize} (${training.name})`,
    );
  const moments = channelMoments(training);
  const options = { threads: of.threads };
  const [program, evaluation] = await Promise.all([
    openOnnx(graphOf(stepStage(of)), options),
    openOnnx(graphOf(evaluationStage(of)), options),
  ]);
  const first = firstOf(of);
  const names = Object.keys(first);
  // two sets of tensors take turns: a step reads the one and writes the other
  let current = program.allocate(names);
  let spare = program.allocate(names);
  const put = (name: string, values: ArrayLike<number>): void =>
    (current[name]!.data as Float32Array).set(values);
  for (const name of names) put(name, first[name]!);

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
      targets: targetsOf(labels, net.classes, of.smoothing),
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
    of.rate * DECAY ** of.decays.filter(share => step >= share * steps).length;

  const evaluate = async (): Promise<{ accuracy: number; loss: number }> => {
    const network = Object.fromEntries(
      names.flatMap(name => (/^(param|statistics)\./.test(name) ? [[name, current[name]!]] : [])),
    );
    let [right, loss] = [0, 0];
    for (let start = 0; start < test.count; start += EVALUATION_BATCH) {
      const count = Math.min(EVALUATION_BATCH, test.count - start);
      // the last batch is filled up with its own first record
      const indices = Array.from({ length: EVALUATION_BATCH }, (_, i) => start + (i < count ? i : 0));
      const outputs = await evaluation.run({ ...network, x: normalisedBatch(test, indices, moments) });
      const logits = outputs.logits!.data as Float32Array;
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

  const dataOf = (tensor: Tensor): Float32Array => tensor.data as Float32Array;
  return {
    steps,
    get done() {
      return done;
    },
    async advance() {
      const inputs = { ...current, ...batchAt(done), rate: Float32Array.of(rateAt(done)) };
      const outputs = await program.run(inputs, spare);
      [current, spare] = [spare, current];
      const loss = dataOf(outputs.loss!)[0]!;
      if (!Number.isFinite(loss))
        throw new InputError(`classifier: the loss must stay finite, got ${loss} at step ${done}`);
      lossSum += loss;
      lossCount++;
      done++;
      if (done % of.evaluateEvery !== 0 && done !== steps) return;
      const { accuracy, loss: testLoss } = await evaluate();
      notes.push(done, accuracy, testLoss, lossSum / lossCount);
      [lossSum, lossCount] = [0, 0];
    },
    state: () => ({
      ...Object.fromEntries(names.map(name => [name, Float64Array.from(dataOf(current[name]!))])),
      progress: Float64Array.of(done, lossSum, lossCount),
      notes: Float64Array.from(notes),
    }),
    resume(state: State) {
      for (const name of names) put(name, entry(state, name));
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
      let [sum, count] = [0, 0];
      for (const name of names.filter(one => one.startsWith('sigma2.'))) {
        const start = first[name]!;
        for (const [i, s] of dataOf(current[name]!).entries()) sum += Math.abs(Math.log(s / start[i]!));
        count += start.length;
      }
      return count === 0 ? 0 : sum / count;
    },
    async close() {
      await Promise.all([program.release(), evaluation.release()]);
    },
  };
}
