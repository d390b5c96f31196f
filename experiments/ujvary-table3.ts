/** @file Tables 3 and 4 of Ujváry et al. 2022: test accuracy of the SAM family on CIFAR-10 and CIFAR-100. */

import { below, judge, judgeWithin, type Part, withinFactor } from '../src/claims/experiment/judge.js';
import type { Arm, Figure, Published, RunRecord } from '../src/claims/experiment/model.js';
import { sampleOf } from '../src/claims/experiment/sample.js';
import { bootstrapInterval, valuesOf } from '../src/claims/experiment/summary.js';
import { mean } from '../src/claims/statistics.js';
import type { ClassifierMethod } from '../src/core/classifier-step.js';
import { wideResNet } from '../src/core/net/wide-resnet.js';
import { momentumSgd } from '../src/core/optimiser.js';
import { sizeOf } from '../src/engine/graph/graph.js';
import { openCifar } from '../src/formats/cifar.js';
import type { Images } from '../src/formats/images.js';
import { UnavailableError } from '../src/formats/input-error.js';
import { drive } from '../src/studies/stepper.js';
import { TRAIN_ENGINES } from '../src/train/config.js';
import type {
  ComputeContext,
  Computed,
  Experiment,
  Inputs,
  Scale,
} from '../src/train/experiment/experiment.js';
import { generatedImages } from '../src/train/generated.js';
import { everySeed } from './grid.js';
import { numberIn, wordIn } from './inputs.js';
import { type DataName, METHODS, type Method, methodFor, passesOf, RHO } from './ujvary-table3/methods.js';
import { publishedAccuracies } from './ujvary-table3/published.js';
import { memoryOfClassifier, openClassifierTraining } from './ujvary-table3/training.js';

interface Network {
  readonly depth: number;
  readonly width: number;
}

interface Size {
  readonly networks: readonly Network[];
  readonly data: readonly DataName[];
  readonly batchSize: number;
  /** Of methods with two passes; those with one have twice as many. */
  readonly steps: number;
  readonly evaluateEvery: number;
  /** Records used of each split, from the start. */
  readonly training: number;
  readonly test: number;
}

const EPOCH = Math.floor(50_000 / 128);

const SIZES: Readonly<Record<Scale, Size>> = {
  smoke: {
    networks: [{ depth: 10, width: 1 }],
    data: ['cifar10'],
    batchSize: 32,
    steps: 40,
    evaluateEvery: 40,
    training: 2000,
    test: 200,
  },
  small: {
    networks: [{ depth: 16, width: 1 }],
    data: ['cifar10'],
    batchSize: 64,
    steps: 1500,
    evaluateEvery: 250,
    training: 50_000,
    test: 1000,
  },
  paper: {
    networks: [
      { depth: 28, width: 2 },
      { depth: 28, width: 10 },
    ],
    data: ['cifar10', 'cifar100'],
    batchSize: 128,
    steps: 200 * EPOCH,
    evaluateEvery: 5 * EPOCH,
    training: 50_000,
    test: 10_000,
  },
};

const [MOMENTUM, DECAY] = [0.9, 5e-4];
/**
 * Shares of the steps at which the rate falls to a fifth: as usual for these networks, the paper says
 * "stepwise".
 */
const DECAYS = [0.3, 0.6, 0.8];
const SMOOTHING: Readonly<Record<DataName, number>> = { cifar10: 0.1, cifar100: 0 };
const CLASSES: Readonly<Record<DataName, number>> = { cifar10: 10, cifar100: 100 };

const labelOf = ({ depth, width }: Network): string => `${depth}-${width}`;

/** Without a folder, made-up images whose label is which of so many images they repeat: to try things out. */
function open(data: DataName, split: 'train' | 'test', limit: number, folder: string | undefined): Images {
  if (folder !== undefined) return openCifar(folder, { kind: data, split, limit });
  const made = generatedImages(CLASSES[data], 32, 0);
  return {
    ...made,
    count: Math.min(limit, 1000),
    label: index => index % CLASSES[data],
    fill: (index, out, at) => made.fill(index % CLASSES[data], out, at),
  };
}

/** @param makeMethod - the method of a name: what a negative control replaces */
export async function compute(
  inputs: Inputs,
  context: ComputeContext,
  makeMethod: (name: Method, data: DataName, examples: number) => ClassifierMethod = (name, data, examples) =>
    methodFor(name, data, examples, DECAY),
): Promise<Computed> {
  const [data, name] = [wordIn(inputs, 'data', ['cifar10', 'cifar100']), wordIn(inputs, 'method', METHODS)];
  const training = open(data, 'train', numberIn(inputs, 'training'), context.dataFolder);
  const test = open(data, 'test', numberIn(inputs, 'test'), context.dataFolder);
  const net = wideResNet({
    depth: numberIn(inputs, 'depth'),
    width: numberIn(inputs, 'width'),
    classes: CLASSES[data],
  });
  const parameters = Object.values(net.shapes).reduce(
    (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
  const run = await openClassifierTraining({
    net,
    method: makeMethod(name, data, training.count),
    optimiser: momentumSgd({ momentum: MOMENTUM, decay: DECAY }),
    variance: RHO ** 2 / parameters,
    seed: context.seed,
    training,
    test,
    batchSize: numberIn(inputs, 'batchSize'),
    steps: numberIn(inputs, 'steps'),
    rate: numberIn(inputs, 'rate'),
    decays: DECAYS,
    smoothing: SMOOTHING[data],
    evaluateEvery: numberIn(inputs, 'evaluateEvery'),
    engine: wordIn(inputs, 'engine', TRAIN_ENGINES),
    threads: context.threads,
  });
  try {
    await drive(run, context);
    const found = run.evaluations();
    const last = found.at(-1)!;
    return {
      numbers: {
        accuracy: last.accuracy,
        testLoss: last.loss,
        trainingLoss: last.trainingLoss,
        parameters,
        ...(name === 'vsam' && { varianceShift: run.varianceShift() }),
      },
      curves: {
        accuracy: found.map(({ step, accuracy }) => [step, accuracy] as const),
        trainingLoss: found.map(({ step, trainingLoss }) => [step, trainingLoss] as const),
      },
    };
  } finally {
    await run.close();
  }
}

const armsOf = ({ networks, data }: Size): (Arm & { method: Method; network: string; data: DataName })[] =>
  data.flatMap(set =>
    networks.flatMap(network => METHODS.map(method => ({ method, network: labelOf(network), data: set }))),
  );

const NAMES: Readonly<Record<Method, string>> = {
  sgd: 'SGD',
  'random-sam': 'RandomSAM',
  sam: 'SAM',
  vsam: 'VariationalSAM',
  asam: 'ASAM',
  'fisher-sam': 'Fisher SAM',
};

/** Pairs of data and network that some run has. */
const columnsOf = (runs: readonly RunRecord[]): (readonly [data: string, network: string])[] => [
  ...new Map(
    runs.map(({ arm }) => [`${arm.data} ${arm.network}`, [String(arm.data), String(arm.network)] as const]),
  ).values(),
];

function figure(
  data: string,
  network: string,
  runs: readonly RunRecord[],
  known: readonly Published[],
): Figure {
  const methods = METHODS.map((method, i) => ({ method, x: i + 1, arm: { method, network, data } }));
  return {
    id: `accuracy-${data}-${network}`,
    title: `Test accuracy, WideResNet-${network} on ${data === 'cifar10' ? 'CIFAR-10' : 'CIFAR-100'}`,
    x: { label: METHODS.map((method, i) => `${i + 1} ${NAMES[method]}`).join(', '), scale: 'linear' },
    y: { label: 'test accuracy (%)', scale: 'linear' },
    series: [
      {
        name: 'ours',
        origin: 'ours',
        joined: false,
        points: methods.flatMap(({ x, arm }) => {
          const values = valuesOf(runs, arm, 'accuracy');
          if (values.length === 0) return [];
          const [low, high] = bootstrapInterval(values);
          return [{ x, y: mean(values), ...(values.length > 1 && { low, high }) }];
        }),
      },
      {
        name: 'published',
        origin: 'published',
        joined: false,
        points: methods.flatMap(({ method, x }) =>
          known
            .filter(({ arm }) => arm.method === method && arm.data === data && arm.network === network)
            .map(({ values }) => ({ x, y: values[0]! })),
        ),
      },
    ],
    note: 'Bars are 95 % bootstrap intervals over seeds. Published are means only: their spreads are partly unreadable in the text at hand.',
  };
}

/** One method is better than another, on every network and data set that was run. */
const better = (runs: readonly RunRecord[], worse: Method, best: Method): readonly Part[] =>
  columnsOf(runs).map(([data, network]) =>
    below(
      sampleOf(runs, { method: worse, network, data }, 'accuracy'),
      sampleOf(runs, { method: best, network, data }, 'accuracy'),
    ),
  );

/** "Almost as good": within half a percent of the accuracy. */
const ALMOST = 1.005;

/** RandomSAM beside SAM on CIFAR-10. */
const almostSam = (runs: readonly RunRecord[], factor: number): readonly Part[] =>
  columnsOf(runs)
    .filter(([data]) => data === 'cifar10')
    .map(([data, network]) =>
      withinFactor(
        sampleOf(runs, { method: 'random-sam', network, data }, 'accuracy'),
        sampleOf(runs, { method: 'sam', network, data }, 'accuracy'),
        { factor },
      ),
    );

const orNone = (parts: readonly Part[]): readonly Part[] =>
  parts.length === 0 ? [{ why: 'no runs yet' }] : parts;

const table3: Experiment = {
  name: 'ujvary-table3',
  source: 'Ujváry et al. 2022, section 6, tables 3 and 4',
  says: 'Test accuracy of SGD, RandomSAM, SAM, VariationalSAM, ASAM and Fisher SAM with wide residual networks.',
  data: 'cifar10',
  conventions: ['paper'],
  seeds: scale => (scale === 'smoke' ? [1, 2] : [1, 2, 3]),
  plan({ scale, seeds, data: given, engine }) {
    const size = SIZES[scale];
    if (scale === 'paper' && given === undefined)
      throw new UnavailableError(
        'experiment: ujvary-table3 at scale paper must have cifar10 and cifar100 in one folder, got none - run: flatcheck data get cifar10, then flatcheck data get cifar100',
      );
    return everySeed(armsOf(size), seeds, arm => {
      const network = size.networks.find(one => labelOf(one) === arm.network)!;
      const { method, data } = arm;
      const length = 3 - passesOf(method);
      const { batchSize, evaluateEvery, training, test } = size;
      const inputs = {
        method,
        data,
        ...network,
        batchSize,
        steps: length * size.steps,
        evaluateEvery,
        training,
        test,
        rate: 0.1,
        engine,
      };
      return { kind: 'compute', inputs };
    });
  },
  memory({ scale, engine }) {
    const { networks, data, batchSize, training, test } = SIZES[scale];
    const largest = networks.at(-1)!;
    const net = wideResNet({ ...largest, classes: CLASSES[data.at(-1)!] });
    const optimiser = momentumSgd({ momentum: MOMENTUM, decay: DECAY });
    return Math.max(
      ...METHODS.map(name =>
        memoryOfClassifier(
          { net, method: methodFor(name, data.at(-1)!, training, DECAY), optimiser, batchSize, engine },
          sizeOf(net.data) * (training + test),
        ),
      ),
    );
  },
  compute: (inputs, context) => compute(inputs, context),
  quantities: {
    accuracy: { label: 'test accuracy (%)', says: 'Of the test records used, at the end.', scale: 'linear' },
    testLoss: {
      label: 'test loss',
      says: 'Mean cross-entropy of the test records, without smoothing.',
      scale: 'linear',
    },
    trainingLoss: {
      label: 'training loss',
      says: 'Mean over the last steps where the gradient is taken (at the perturbed weights), with label smoothing.',
      scale: 'linear',
    },
    varianceShift: {
      label: 'shift of log variances',
      says: 'Mean |log| of the variances of VariationalSAM over those at the start: how far they were learned.',
      scale: 'linear',
    },
  },
  figures: (runs, setting) => {
    const known = publishedAccuracies(setting.scale);
    return columnsOf(runs).map(([data, network]) => figure(data, network, runs, known));
  },
  statements: [
    {
      id: 'sam-over-sgd',
      says: 'SAM is better than SGD.',
      source: 'section 6, tables 3 and 4',
      judge: runs => judge(orNone(better(runs, 'sgd', 'sam'))),
    },
    {
      id: 'random-sam-over-sgd',
      says: 'RandomSAM is better than SGD, and on CIFAR-10 almost as good as SAM (within 0.5 %).',
      source: 'section 6',
      judge: runs =>
        judgeWithin({ margin: ALMOST, none: 1 }, factor =>
          orNone([...better(runs, 'sgd', 'random-sam'), ...almostSam(runs, factor)]),
        ),
    },
    {
      id: 'sam-over-random-sam',
      says: 'SAM is better than RandomSAM.',
      source: 'section 6',
      judge: runs => judge(orNone(better(runs, 'random-sam', 'sam'))),
    },
    {
      id: 'vsam-below-sam',
      says: 'VariationalSAM does not reach SAM.',
      source: 'tables 3 and 4',
      judge: runs => judge(orNone(better(runs, 'vsam', 'sam'))),
    },
  ],
  published: setting => publishedAccuracies(setting.scale),
};

export default table3;
