/** @file Loss, terms and gradients of every objective: eagerly, and in ONNX Runtime, against float64. */
import { type ClassifierSpec, denseClassifier } from '../../src/core/classifier.js';
import { convAutoencoder } from '../../src/core/net/conv.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import type { Autoencoder, PosteriorKind } from '../../src/core/net/network.js';
import {
  AUTOENCODER_OBJECTIVES,
  OBJECTIVES,
  type ObjectiveName,
  type ObjectiveSpec,
  objectiveOf,
} from '../../src/core/objectives/list.js';
import { noiseShape } from '../../src/core/objectives/objective.js';
import { direction } from '../../src/core/objectives/sam/objective.js';
import { makeSam } from '../../src/core/objectives/sam/sam.js';
import { adam } from '../../src/core/optimiser.js';
import { evaluateWithGradient, trainingStep } from '../../src/core/step.js';
import { runEager } from '../../src/engine/eager.js';
import { openOnnx } from '../../src/engine/onnx/session.js';
import { trace } from '../../src/engine/trace.js';
import { exampleOf } from '../core/example.js';
import { draw, type Named, paramsOf, prefixed, scalarOf, type Traced, values } from '../core/support.js';
import { suite } from '../harness.js';
import { Agreement, numbersOf } from './agreement.js';
import { expectedOf, float32Inputs } from './rounding.js';

const test = suite('objectives agree');

const LEARNED = { variance: 'learned' } as const;
const FIXED = { variance: { fixed: 0.3 } } as const;

/** Where one specification is not enough; the others get an example of their hyper-parameters. */
const SPECS: { readonly [Name in ObjectiveName]?: readonly (ObjectiveSpec & { readonly name: Name })[] } = {
  vae: [
    { name: 'vae', rec: 'mean', beta: 0.7, ...FIXED },
    { name: 'vae', rec: 'sum', beta: 0.7, ...LEARNED },
  ],
  samba: [
    { name: 'samba', rec: 'half', beta: 0.7, ...FIXED },
    { name: 'samba', rec: 'sum', beta: 0.7, ...LEARNED },
  ],
  'rae-loss-gradient': [{ name: 'rae-loss-gradient', rec: 'half', beta: 0.4, lambda: 0.6 }],
  'rae-jacobian': [
    { name: 'rae-jacobian', rec: 'sum', beta: 0.4, lambda: 0.6, power: 1 },
    { name: 'rae-jacobian', rec: 'sum', beta: 0.4, lambda: 0.6, power: 2 },
  ],
  'rae-l2': [{ name: 'rae-l2', rec: 'sum', beta: 0.4, lambda: 0.6 }],
  'rae-ghosh-code': [{ name: 'rae-ghosh-code', rec: 'sum', beta: 0.4, lambda: 0.6 }],
  'rae-pythae': [{ name: 'rae-pythae', rec: 'sum', beta: 0.4, lambda: 0.6 }],
  rae: [{ name: 'rae', rec: 'half', beta: 0.4 }],
  'beta-vae': [{ name: 'beta-vae', beta: 0.7 }],
  'beta-vae-taylor': [{ name: 'beta-vae-taylor', beta: 0.7, ...LEARNED }],
  grae: [{ name: 'grae', beta: 0.3 }],
  'grae-hadamard': [{ name: 'grae-hadamard', beta: 0.3 }],
  'gamma-vae': [{ name: 'gamma-vae', gamma: 0.3, ...LEARNED }],
  'beta-vae-bernoulli': [{ name: 'beta-vae-bernoulli', beta: 0.7, ...LEARNED }],
  'beta-vae-taylor-bernoulli': [{ name: 'beta-vae-taylor-bernoulli', beta: 0.7, ...LEARNED }],
  'grae-sampled': [{ name: 'grae-sampled', beta: 0.3, columns: 2 }],
  'gamma-vae-closed': [{ name: 'gamma-vae-closed', ...LEARNED }],
  'gamma-vae-learned': [{ name: 'gamma-vae-learned', ...FIXED }],
  'vae-sam-samba': [{ name: 'vae-sam-samba', klCoeff: 0.3, alpha2: 0.4 }],
  'vae-sam-samba-learned': [{ name: 'vae-sam-samba-learned', klCoeff: 0.3 }],
  'vae-sam-rae': [{ name: 'vae-sam-rae', klCoeff: 0.3, alpha2: 0.4 }],
};

const dense = (posterior: PosteriorKind): Autoencoder =>
  denseAutoencoder({
    encoder: [6, 5],
    latent: 3,
    decoder: [3, 5, 6],
    activation: 'tanh',
    output: 'sigmoid',
    posterior,
  });

const convolutional = convAutoencoder({
  image: [4, 4, 2],
  channels: [3],
  latent: 2,
  activation: 'softplus',
  output: 'identity',
  posterior: 'diagonal',
});

/**
 * Parameters of the size that training starts from: larger ones amplify rounding until no bound says
 * anything.
 */
const paramsFor = ({ shapes, fanIn }: Pick<Autoencoder, 'shapes' | 'fanIn'>): Named =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      `param.${name}`,
      draw(5 + i, shape, 1 / Math.sqrt(fanIn[name]!)),
    ]),
  );

const inputsOf = (net: Autoencoder, noise: readonly number[] | null): Named => ({
  ...paramsFor(net),
  x: draw(6, [4, ...net.data]),
  ...(noise === null ? {} : { noise: draw(7, [4, ...noise], 2) }),
});

const batch = ({ x, noise }: Parameters<Traced>[0]) => (noise === undefined ? { x: x! } : { x: x!, noise });

const evaluated =
  (net: Autoencoder, spec: ObjectiveSpec): Traced =>
  all => {
    const { loss, terms, grads } = evaluateWithGradient(
      objectiveOf(spec),
      net,
      paramsOf(all),
      batch(all),
      spec,
    );
    return { loss, ...prefixed('term.', terms), ...prefixed('gradient.', grads) };
  };

/** Runs a function on both float32 engines and checks that they are within rounding of float64. */
async function checkEngines(what: string, fn: Traced, given: Named, agreement: Agreement): Promise<void> {
  const inputs = float32Inputs(
    Object.fromEntries(Object.entries(given).map(([name, { values }]) => [name, values])),
  );
  const graph = trace(fn, given);
  const expected = expectedOf(graph, inputs);
  const program = await openOnnx(graph, { threads: 1 });
  const outputs = Object.entries(await program.run(inputs)).map(([name, y]) => [name, numbersOf(y)] as const);
  await program.release();
  agreement.check(`${what} in ONNX Runtime`, Object.fromEntries(outputs), expected);
  agreement.check(`${what} in tfjs`, await runEager(fn, given, inputs, 'cpu'), expected);
}

/**
 * Bounds of the worst case grow with depth; that each operation agrees to the last places is tested on its
 * own.
 */
function telling(agreement: Agreement): void {
  agreement.mustTell(0.8, 1e-2);
  agreement.mustTell(1, 0.1);
}

for (const { name, hyper } of AUTOENCODER_OBJECTIVES)
  test(name, async () => {
    const specs = SPECS[name] ?? [{ ...exampleOf(hyper), name } as unknown as ObjectiveSpec];
    const agreement = new Agreement();
    for (const spec of specs)
      for (const net of [dense('diagonal'), dense('cholesky'), convolutional]) {
        const objective = OBJECTIVES[spec.name];
        const whole = objective.extend?.(net) ?? net;
        const given = inputsOf(whole, objective.usesNoise ? noiseShape(objective, whole) : null);
        await checkEngines(JSON.stringify(spec), evaluated(whole, spec), given, agreement);
      }
    telling(agreement);
  });

test('a training step with Adam', async () => {
  const agreement = new Agreement();
  const net = dense('diagonal');
  const optimiser = adam();
  const spec: ObjectiveSpec = { name: 'samba', rec: 'sum', beta: 0.7, variance: 'learned' };
  const states = Object.entries(optimiser.stateShapes(net.shapes)).map(([name, shape], i) => {
    const moment = draw(900 + i, shape, 0.1);
    const state = name === 'step' ? scalarOf(3) : values(shape, moment.values.map(Math.abs));
    return [`state.${name}`, state] as const;
  });
  const step: Traced = all => {
    const state = Object.fromEntries(states.map(([name]) => [name.slice('state.'.length), all[name]!]));
    const inputs = { params: paramsOf(all), state, inputs: batch(all), rate: all.rate!, hyper: spec };
    const result = trainingStep(objectiveOf(spec), net, optimiser, inputs);
    return { loss: result.loss, ...prefixed('param.', result.params), ...prefixed('state.', result.state) };
  };
  const given = { ...inputsOf(net, null), ...Object.fromEntries(states), rate: scalarOf(2 ** -7) };
  await checkEngines('step', step, given, agreement);
  telling(agreement);
});

test('sharpness-aware minimisation of a classifier', async () => {
  const agreement = new Agreement();
  const spec: ClassifierSpec = { layers: [5, 6, 3], activation: 'sigmoid' };
  const net = denseClassifier(spec);
  const fn: Traced = all => {
    const inputs = { x: all.x!, targets: all.targets! };
    const { loss, grads } = direction(makeSam(), net, paramsOf(all), inputs, { rho: 0.05 });
    return { loss, ...prefixed('gradient.', grads) };
  };
  const targets = values([2, 3], [1, 0, 0, 0, 0, 1]);
  await checkEngines('SAM', fn, { ...paramsFor(net), x: draw(9, [2, 5]), targets }, agreement);
  telling(agreement);
});

test.run();
