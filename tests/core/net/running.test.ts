import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import { kumarPooleAutoencoder } from '../../../src/core/net/kumar-poole.js';
import { resnetAutoencoder } from '../../../src/core/net/resnet.js';
import {
  evaluated,
  firstStatistic,
  follow,
  RUNNING_RULES,
  type RunningRules,
} from '../../../src/core/net/running.js';
import { wideResNet } from '../../../src/core/net/wide-resnet.js';
import { objectiveOf } from '../../../src/core/objectives/list.js';
import { sgd } from '../../../src/core/optimiser.js';
import { trainingStep } from '../../../src/core/step.js';
import { suite } from '../../harness.js';
import { close, draw, type Named, relativeError, run, scalarOf, sizeOf } from '../support.js';
import { numbersOf, prefixed, under } from './cases.js';

const NET = resnetAutoencoder({ width: 1, latent: 2, activation: 'softplus', image: [8, 8, 1] });
const INPUTS: Named = {
  ...numbersOf(NET),
  x: draw(1, [3, 8, 8, 1]),
  noise: draw(2, [3, 2]),
  rate: scalarOf(0.1),
};
const SPECS = {
  samba: { name: 'samba', rec: 'sum', beta: 1, variance: { fixed: 0.01 } },
  'rae-loss-gradient': { name: 'rae-loss-gradient', rec: 'sum', beta: 1, lambda: 1 },
} as const;

/** Statistics after one step. */
const after = (name: keyof typeof SPECS, rules: RunningRules): Record<string, Float64Array> =>
  run(all => {
    const given = {
      params: under('param', all),
      state: {},
      statistics: under('stat', all),
      inputs: { x: all.x!, noise: all.noise! },
      rate: all.rate!,
      hyper: undefined,
    };
    return { ...trainingStep(objectiveOf(SPECS[name]), NET, sgd, given, rules).statistics };
  }, INPUTS);

/** Statistics after one run of encoder and decoder, moved once by definition. */
const once = (): Record<string, Float64Array> =>
  run(all => {
    const moved: Record<string, tf.Tensor> = {};
    const net = NET.normalised!.inMode({
      kind: 'training',
      observe(layer, { mean, variance, count }) {
        const unbiased = tf.div(tf.mul(variance, count), count - 1);
        for (const [name, now] of [
          [`${layer}.running_mean`, mean],
          [`${layer}.running_var`, unbiased],
        ] as const)
          moved[name] = tf.div(tf.add(tf.mul(all[`stat.${name}`]!, 9), now), 10);
      },
    });
    const params = under('param', all);
    net.decode(params, net.encode(params, all.x!).mean);
    return moved;
  }, INPUTS);

const EVERY_PASS: RunningRules = { ...RUNNING_RULES, counted: passes => passes };

const test = suite('core/net/running');

for (const name of ['samba', 'rae-loss-gradient'] as const)
  test(`${name}: moved exactly once, by the pass at the mean code`, () => {
    const expected = once();
    const statistics = after(name, RUNNING_RULES);
    assert.equal(Object.keys(statistics).sort(), Object.keys(NET.normalised!.statistics).sort());
    for (const [key, value] of Object.entries(statistics)) close(value, expected[key]!, 1e-13, key);
  });

test('negative control: counting every pass moves the decoder, and only the decoder, further', () => {
  const [right, wrong] = [after('samba', RUNNING_RULES), after('samba', EVERY_PASS)];
  for (const name of Object.keys(right)) {
    const error = relativeError(wrong[name]!, right[name]!);
    if (name.startsWith('encoder.')) assert.is(error, 0, name);
    else assert.ok(error > 1e-3, `${name}: ${error}`);
  }
});

test('negative control: the biased variance is another one', () => {
  const [right, wrong] = [
    after('samba', RUNNING_RULES),
    after('samba', { ...RUNNING_RULES, variance: moments => moments.variance }),
  ];
  for (const name of Object.keys(right)) {
    const error = relativeError(wrong[name]!, right[name]!);
    assert.ok(name.endsWith('.running_mean') ? error === 0 : error > 1e-5, `${name}: ${error}`);
  }
});

test('a classifier evaluated twice (as SAM does): the first pass counts', () => {
  const net = wideResNet({ depth: 10, width: 1, classes: 2, image: [8, 8, 1] });
  const inputs: Named = { ...numbersOf(net), x: draw(3, [2, 8, 8, 1]) };
  const statistics = (passes: number): Record<string, Float64Array> =>
    run(all => {
      const followed = follow(net, under('stat', all));
      const params = under('param', all);
      for (let i = 0; i < passes; i++)
        followed.net.logits(
          Object.fromEntries(Object.entries(params).map(([n, w]) => [n, tf.mul(w, 2 ** -i)])),
          all.x!,
        );
      return { ...followed.next() };
    }, inputs);
  assert.equal(statistics(2), statistics(1));
});

test('networks without normalisation pass through', () => {
  const net = denseAutoencoder({
    encoder: [2],
    latent: 1,
    decoder: [1, 2],
    activation: 'tanh',
    output: 'identity',
  });
  const followed = follow(net, undefined);
  assert.is(followed.net, net);
  assert.equal(followed.next(), {});
  assert.is(evaluated(net, {}), net);
});

test('errors name what is missing', () => {
  assert.throws(
    () => follow(NET, undefined),
    /statistics: a network with batch normalisation needs its running/,
  );
  assert.throws(
    () =>
      run(all => {
        const followed = follow(NET, under('stat', all));
        followed.net.encode(under('param', all), all.x!);
        return { ...followed.next() };
      }, INPUTS),
    'statistics: "decoder.body.0.b1" had no pass in this step',
  );
  assert.throws(
    () => run(all => ({ y: evaluated(NET, {}).encode(under('param', all), all.x!).mean }), INPUTS),
    '"encoder.b.running_mean" is missing',
  );
});

test('statistics begin at mean 0 and variance 1', () => {
  assert.is(firstStatistic('encoder.b.running_mean'), 0);
  assert.is(firstStatistic('encoder.b.running_var'), 1);
});

test('a step runs eagerly too, agrees, and leaves no tensors', async () => {
  const net = kumarPooleAutoencoder({ dataset: 'mnist', latent: 2, activation: 'softplus', width: 1 / 64 });
  const inputs: Named = { ...numbersOf(net), x: draw(4, [2, 28, 28, 1]), rate: scalarOf(0.125) };
  const step = (all: Record<string, tf.Tensor>): Record<string, tf.Tensor> => {
    const { params, statistics, loss } = trainingStep(objectiveOf(SPECS.samba), net, sgd, {
      params: under('param', all),
      state: {},
      statistics: under('stat', all),
      inputs: { x: all.x! },
      rate: all.rate!,
      hyper: undefined,
    });
    return { loss, ...prefixed('param', params), ...prefixed('stat', statistics) };
  };
  const exact = run(step, inputs);
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const given = Object.entries(inputs).map(([name, { shape, values }]) => {
      assert.is(values.length, sizeOf(shape));
      return [name, tf.tensor(Float32Array.from(values), [...shape])] as const;
    });
    for (const [name, tensor] of Object.entries(step(Object.fromEntries(given))))
      close(Float64Array.from(tensor.dataSync()), exact[name]!, 2e-4, name);
  });
  assert.is(tf.memory().numTensors, before);
});

test.run();
