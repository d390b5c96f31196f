import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gapsOfTrained } from '../../experiments/kumar-poole-fig3/objective-gaps.js';
import fig3, { compute } from '../../experiments/kumar-poole-fig3.js';
import { fill, stream } from '../../src/claims/random.js';
import { jvp } from '../../src/core/derivatives.js';
import { type Scale, scaleUp } from '../../src/core/gaussian.js';
import { evaluated } from '../../src/core/net/running.js';
import { GRAE_RULES, makeGrae } from '../../src/core/objectives/grae/grae.js';
import { squaredNorm } from '../../src/core/objectives/objective.js';
import { makeBetaVae } from '../../src/core/objectives/vae/beta-vae.js';
import { BETA_VAE_TAYLOR_RULES, makeBetaVaeTaylor } from '../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE_RULES } from '../../src/core/objectives/vae/vae.js';
import { withoutPrefix } from '../../src/core/prefix.js';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import { trace } from '../../src/engine/trace.js';
import type { TrainConfig } from '../../src/train/config.js';
import { planOf } from '../../src/train/experiment/plan.js';
import { openTrained } from '../../src/train/experiment/train-run.js';
import { evaluatedShapes } from '../../src/train/graphs.js';
import { train } from '../../src/train/train.js';
import { idx } from '../formats/archives.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { optionsFor } from '../train/tiny.js';
import { interrupted, surroundings } from './context.js';
import { keepsToContract, settingOf } from './contract.js';

const test = suite('experiment kumar-poole-fig3');

const MNIST = { data: { kind: 'mnist' } } as const;

test('keeps to the contract; the scale of the paper needs MNIST', async () => {
  keepsToContract(fig3, MNIST);
  const error = await errorOf(() => fig3.plan(settingOf(fig3, 'paper')));
  assert.match(error.message, /at scale paper must have mnist, got none/);
  const [with_, without] = [
    planOf(fig3, settingOf(fig3, 'small', MNIST)),
    planOf(fig3, settingOf(fig3, 'small')),
  ];
  assert.ok(without.every(({ arm }) => arm.data === 'synthetic'));
  assert.equal(with_.slice(0, without.length), without);
});

test("the paper's runs on MNIST: blocks of 1, 2 and 3 of twelve latents, the whole network, 5,000 records held out", () => {
  const runs = fig3.plan(settingOf(fig3, 'paper', MNIST)).filter(({ job }) => job.kind === 'train');
  const configs = runs.map(({ job }) => (job.kind === 'train' ? job.config : undefined)!);
  for (const { net, validation } of configs) {
    assert.is(net.kind === 'kumar-poole-mnist' && net.width, 1);
    assert.is(net.latent, 12);
    assert.is(validation.limit, 5000);
  }
  const blocks = new Set(configs.map(({ net }) => (net.kind === 'kumar-poole-mnist' ? net.block : 0)));
  assert.equal([...blocks], [1, 2, 3]);
});

const TINY = { latent: 2, data: 5, width: 8, batch: 16, steps: 400, heldOut: 32, pairs: 32, beta: 0.1 };

test('stopped again and again it ends with the same numbers', async () => {
  const { stops, computed } = await interrupted(context => compute({ ...TINY, steps: 3000 }, context), 2);
  assert.ok(stops >= 2, `stopped ${stops} times`);
  assert.equal(computed, await compute({ ...TINY, steps: 3000 }, surroundings(2)));
});

test('the three objectives differ by their gaps; negative control: with twice its log det GRAE is no lower bound', async () => {
  const { numbers: n } = await compute(TINY, surroundings(2));
  assert.ok(Math.abs(n.betaVae! - n.grae! - n.graeGap! - n.taylorGap!) < 1e-12);
  assert.ok(n.graeGap! > 0 && n.relativeGap! < 0.2);
  const grae = { ...GRAE_RULES, prefactor: (beta: tf.Tensor) => beta };
  const wrong = await compute(TINY, surroundings(2), {
    vae: VAE_RULES,
    taylor: BETA_VAE_TAYLOR_RULES,
    grae,
  });
  const run = {
    id: '',
    arm: { data: 'synthetic', block: 1, beta: 0.1 },
    seed: 2,
    status: 'complete' as const,
  };
  const outcome = (computed: typeof wrong): string =>
    fig3.statements.find(({ id }) => id === 'never-below')!.judge([{ ...run, ...computed }]).outcome;
  assert.is(outcome({ numbers: n, curves: {} }), 'supported');
  assert.is(outcome(wrong), 'contradicted');
});

/** The smoke run on MNIST, smaller yet: two steps of a network with a few filters. */
function tinyConfig(): TrainConfig {
  const [job] = fig3
    .plan(settingOf(fig3, 'smoke', MNIST))
    .flatMap(run => (run.job.kind === 'train' ? [run.job] : []));
  const { net, ...rest } = job!.config;
  assert.is(net.kind, 'kumar-poole-mnist');
  const small = { ...net, width: 1 / 64, latent: 4, block: 2 } as typeof net;
  return {
    ...rest,
    net: small,
    batchSize: 4,
    length: { steps: 2 },
    validation: { fraction: 0.25, every: 2 },
  };
}

/** Forty images of 28x28 pixels at random. */
function writeMnist(folder: string): void {
  const random = stream(1, 'pixels');
  const pixels = Uint8Array.from({ length: 40 * 784 }, () => random.uint32() >>> 24);
  writeFileSync(join(folder, 'train-images-idx3-ubyte'), idx([40, 28, 28], pixels));
  writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([40], new Uint8Array(40)));
}

test('MNIST from files: two steps of the convolutional network, and its gaps as the objectives have them in float64', () =>
  inFolder(async folder => {
    writeMnist(folder);
    const config = tinyConfig();
    const run = join(folder, 'run');
    await train(config, optionsFor(run, { dataFolder: folder }));
    const trained = openTrained(config, { folder: run, dataFolder: folder, engine: 'onnx-cpu', threads: 1 });
    const found = await fig3.measureTrained!(trained, settingOf(fig3, 'smoke', MNIST));
    const { model, network, data } = trained;
    const { net } = model;
    const count = data.counts.validation;
    assert.is(count, 10);
    const noise = fill(new Float32Array(count * net.latent), 'normal', stream(config.seed, 'gap noise', 0));
    const beta = config.objective.name === 'beta-vae' ? (config.objective.beta as number) : 0;
    const specs = Object.fromEntries(
      Object.entries(evaluatedShapes(model)).map(([name, shape]) => [name, { shape }]),
    );
    const graph = trace(
      given => {
        const still = evaluated(net, withoutPrefix('statistics', given));
        const params = withoutPrefix('param', given);
        const x = given.x!;
        const hyper = { beta, variance: 'learned' as const };
        const at = (eta: tf.Tensor) => makeBetaVae().evaluate(still, params, { x, noise: eta }, hyper).loss;
        const taylor = makeBetaVaeTaylor().evaluate(still, params, { x }, hyper);
        const { mean, scale } = still.encode(params, x);
        const moved = jvp(z => still.decode(params, z), mean, scaleUp(scale as Scale, given.noise!));
        return {
          both: tf.mul(tf.add(at(given.noise!), at(tf.neg(given.noise!))), 0.5),
          control: tf.mul(tf.mean(squaredNorm(moved)), 0.5),
          spread: taylor.terms.penalty!,
          taylor: taylor.loss,
          grae: makeGrae().evaluate(still, params, { x }, hyper).loss,
        };
      },
      { ...specs, x: { shape: [count, ...net.data] }, noise: { shape: [count, net.latent] } },
    );
    const inputs = { ...network, x: data.validation(0, count), noise };
    const doubles = Object.fromEntries(
      Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]),
    );
    const exact = compileFloat64(graph).run(doubles);
    const of = (name: string): number => exact[name]![0]!;
    const close = (actual: number, expected: number, scale: number): void =>
      assert.ok(Math.abs(actual - expected) < 1e-5 * scale, `${actual}, ${expected}`);
    close(found.grae!, of('grae'), of('grae'));
    close(found.graeGap!, of('taylor') - of('grae'), 1);
    close(found.taylorGap!, of('both') - of('control') + of('spread') - of('taylor'), 1);
    assert.ok(found.graeGap! > 0);
    const inFloat64 = await gapsOfTrained({ ...trained, engine: 'float64' }, beta);
    const gap = inFloat64.graeGap! - (of('taylor') - of('grae'));
    assert.ok(Math.abs(gap) < 1e-11, `on engine float64: ${gap}`);
  }));

test.run();
