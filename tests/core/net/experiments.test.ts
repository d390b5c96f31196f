/**
 * @file Shapes, modes and derivatives of the networks of the experiments; values are compared in
 * golden.test.ts.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gradients } from '../../../src/core/derivatives.js';
import { initialise } from '../../../src/core/init.js';
import { kumarPooleAutoencoder } from '../../../src/core/net/kumar-poole.js';
import type { Autoencoder, ParamShapes, Params } from '../../../src/core/net/network.js';
import { resnetAutoencoder } from '../../../src/core/net/resnet.js';
import { evaluated } from '../../../src/core/net/running.js';
import { wideResNet } from '../../../src/core/net/wide-resnet.js';
import { trace } from '../../../src/engine/trace.js';
import { suite } from '../../harness.js';
import {
  close,
  compiled,
  draw,
  moved,
  type Named,
  relativeError,
  run,
  sizeOf,
  slope,
  type Traced,
} from '../support.js';
import { numbersOf, prefixed, under } from './cases.js';

const RESNET = { width: 2, latent: 3, activation: 'softplus', image: [16, 16, 3] } as const;
const WIDE = { depth: 10, width: 1, classes: 3, activation: 'softplus', image: [8, 8, 2] } as const;

const total = (shapes: ParamShapes): number =>
  Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);

/** The shape of every image an autoencoder at full size makes, without computing anything. */
function tracedShapes(net: Autoencoder, batch: number): { mean: number[]; image: number[] } {
  const shapes = { mean: [0], image: [0] };
  const specs = Object.entries(net.shapes).map(([name, shape]) => [`param.${name}`, { shape }] as const);
  trace(
    all => {
      const params = under('param', all);
      const { mean } = net.encode(params, all.x!);
      const image = net.decode(params, mean);
      Object.assign(shapes, { mean: mean.shape, image: image.shape });
      return { image };
    },
    { ...Object.fromEntries(specs), x: { shape: [batch, ...net.data] } },
  );
  return shapes;
}

const test = suite('core/net/experiments');

test('ResNet-18: as many parameters as the peer, whose unused log-variance head ours has on demand', () => {
  const net = resnetAutoencoder({ width: 64, latent: 256, activation: 'relu' });
  assert.is(total(net.shapes), 19_925_760);
  assert.is(
    total(resnetAutoencoder({ width: 64, latent: 256, activation: 'relu', posterior: 'diagonal' }).shapes),
    20_057_088,
  );
  assert.equal(net.shapes['encoder.c.weight'], [64, 3, 3, 3]);
  assert.equal(net.shapes['encoder.body.2.skip.0.weight'], [128, 64, 1, 1]);
  assert.equal(net.shapes['decoder.lin.weight'], [512 * 16, 256]);
  assert.equal(net.shapes['decoder.body.4.c2.weight'], [64, 128, 3, 3]);
  assert.not.ok('decoder.body.6.skip.0.weight' in net.shapes);
  assert.equal(net.normalised?.statistics['decoder.body.0.b1.running_var'], [512]);
  assert.equal(tracedShapes(net, 2), { mean: [2, 256], image: [2, 32, 32, 3] });
});

test('wide residual networks: the published numbers of parameters', () => {
  assert.is(total(wideResNet({ depth: 28, width: 2, classes: 10 }).shapes), 1_467_610);
  assert.is(total(wideResNet({ depth: 28, width: 10, classes: 10 }).shapes), 36_479_194);
  assert.is(total(wideResNet({ depth: 28, width: 10, classes: 100 }).shapes), 36_536_884);
});

test('Kumar & Poole: sizes of the table, the CelebA decoder corrected to 64x64', () => {
  const mnist = kumarPooleAutoencoder({ dataset: 'mnist', latent: 12, posterior: 'cholesky' });
  assert.equal(mnist.shapes['mu.weight'], [12, 8192]);
  assert.equal(mnist.shapes['cholesky.weight'], [78, 8192]);
  assert.equal(mnist.shapes['decoder.0.lin.weight'], [7 * 7 * 256, 12]);
  assert.equal(mnist.shapes['decoder.1.conv.weight'], [256, 512, 4, 4]);
  assert.not.ok('decoder.1.conv.bias' in mnist.shapes);
  assert.equal(mnist.shapes['decoder.4.conv.bias'], [64]);
  assert.not.ok('decoder.4.norm.weight' in mnist.shapes);
  assert.equal(tracedShapes(mnist, 3), { mean: [3, 12], image: [3, 28, 28, 1] });
  const celeba = kumarPooleAutoencoder({ dataset: 'celeba', latent: 128 });
  assert.equal(celeba.shapes['mu.weight'], [128, 4 * 4 * 1024]);
  assert.equal(celeba.shapes['decoder.0.lin.weight'], [8 * 8 * 512, 128]);
  assert.equal(tracedShapes(celeba, 2), { mean: [2, 128], image: [2, 64, 64, 3] });
});

/** A network as a function of `x` with parameters and statistics in the inputs; [B, outputs]. */
interface Subject {
  readonly data: readonly number[];
  readonly inputs: Named;
  readonly training: (params: Params, x: tf.Tensor) => tf.Tensor;
  readonly evaluation: (params: Params, statistics: Params, x: tf.Tensor) => tf.Tensor;
}

const rows = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0]!, -1]);

const autoencoder = (net: Autoencoder): Subject => {
  const reconstruct = (n: Autoencoder, params: Params, x: tf.Tensor) =>
    rows(n.decode(params, n.encode(params, x).mean));
  return {
    data: net.data,
    inputs: numbersOf(net),
    training: (params, x) => reconstruct(net, params, x),
    evaluation: (params, statistics, x) => reconstruct(evaluated(net, statistics), params, x),
  };
};

const wide = wideResNet(WIDE);
const SUBJECTS: Readonly<Record<string, Subject>> = {
  resnet: autoencoder(resnetAutoencoder(RESNET)),
  mnist: autoencoder(
    kumarPooleAutoencoder({ dataset: 'mnist', latent: 3, activation: 'softplus', width: 1 / 64 }),
  ),
  celeba: autoencoder(
    kumarPooleAutoencoder({ dataset: 'celeba', latent: 3, activation: 'softplus', width: 1 / 64 }),
  ),
  'wide-resnet': {
    data: WIDE.image,
    inputs: numbersOf(wide),
    training: (params, x) => wide.logits(params, x),
    evaluation: (params, statistics, x) => evaluated(wide, statistics).logits(params, x),
  },
};

const runAs =
  (subject: Subject, mode: 'training' | 'evaluation'): Traced =>
  all => {
    const params = under('param', all);
    const y =
      mode === 'training'
        ? subject.training(params, all.x!)
        : subject.evaluation(params, under('stat', all), all.x!);
    return { y };
  };

for (const [name, subject] of Object.entries(SUBJECTS)) {
  const batch = (size: number): Named => {
    const x = draw(11, [3, ...subject.data]);
    return {
      ...subject.inputs,
      x: { shape: [size, ...subject.data], values: x.values.subarray(0, size * sizeOf(subject.data)) },
    };
  };

  test(`${name}: gradients along a direction, in both modes`, () => {
    for (const mode of ['training', 'evaluation'] as const) {
      const inputs = batch(2);
      const f = compiled(all => {
        const { loss, grads } = gradients(
          live => ({
            loss: tf.sum(tf.square(runAs(subject, mode)({ ...all, ...prefixed('param', live) }).y!)),
            aux: {},
          }),
          under('param', all),
        );
        return { loss, ...prefixed('grad', grads) };
      }, inputs);
      const direction = Object.fromEntries(
        Object.entries(inputs).flatMap(([key, { shape }], i) =>
          key.startsWith('param.') ? [[key, draw(50 + i, shape, 0.1)]] : [],
        ),
      );
      const out = f(inputs);
      const got = Object.entries(direction).reduce((sum, [key, { values }]) => {
        const g = out[key.replace('param', 'grad')]!;
        return sum + values.reduce((s, v, i) => s + v * g[i]!, 0);
      }, 0);
      const expected = slope(t => f(moved(inputs, direction, t)).loss![0]!, 1e-3);
      close([got], [expected], 1e-9, mode);
    }
  });

  test(`${name}: a sample depends on its batch in training, not in evaluation; a smaller batch is a batch`, () => {
    const first = (mode: 'training' | 'evaluation', size: number): Float64Array => {
      const { y } = run(runAs(subject, mode), batch(size));
      return y!.subarray(0, y!.length / size);
    };
    assert.ok(relativeError(first('evaluation', 1), first('evaluation', 3)) < 1e-13);
    assert.ok(relativeError(first('training', 2), first('training', 3)) > 1e-5);
  });
}

test('batch normalisation begins as the identity, whatever was drawn; the rest is drawn', () => {
  const net = resnetAutoencoder(RESNET);
  const drawn = Object.entries(net.shapes).filter(([name]) => !(name in net.initial!));
  const draws = Object.fromEntries(
    drawn.map(([name, shape]) => [name, new Float64Array(sizeOf(shape)).fill(1)]),
  );
  const params = initialise(net, draws);
  assert.equal(Object.keys(params), Object.keys(net.shapes));
  assert.equal(params['encoder.b.weight'], Float64Array.of(1, 1));
  assert.equal(params['encoder.b.bias'], Float64Array.of(0, 0));
  assert.ok(params['encoder.c.weight']!.every(w => w === 1 / Math.sqrt(27)));
});

test('errors name the rule and the value', () => {
  assert.throws(
    () => resnetAutoencoder({ ...RESNET, image: [28, 28, 1] }),
    /divisible by 8, got \[28,28,1\]/,
  );
  assert.throws(
    () => resnetAutoencoder({ ...RESNET, width: 0.5 }),
    /sizes must be positive integers, got \[0.5, 3/,
  );
  assert.throws(() => wideResNet({ ...WIDE, depth: 12 }), /must be 6n\+4, got 12/);
  assert.throws(() => wideResNet({ ...WIDE, depth: 4 }), /must be 6n\+4, got 4/);
  assert.throws(
    () => kumarPooleAutoencoder({ dataset: 'mnist', latent: 2, width: 1 / 128 }),
    /sizes must be positive/,
  );
});

test.run();
