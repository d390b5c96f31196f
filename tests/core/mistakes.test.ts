/**
 * @file Every objective of the list: each known mistake changes what is trained, which negative controls and
 * diagnoses build on.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { denseClassifier } from '../../src/core/classifier.js';
import * as gaussian from '../../src/core/gaussian.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import type { Mistake } from '../../src/core/objectives/define.js';
import type { Fields } from '../../src/core/objectives/fields.js';
import { AUTOENCODER_OBJECTIVES, CLASSIFIER_OBJECTIVES } from '../../src/core/objectives/list.js';
import { noiseShape, type Objective } from '../../src/core/objectives/objective.js';
import { type ClassifierObjective, direction } from '../../src/core/objectives/sam/objective.js';
import { makeBetaVae } from '../../src/core/objectives/vae/beta-vae.js';
import { VAE_RULES } from '../../src/core/objectives/vae/vae.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import { suite } from '../harness.js';
import { exampleOf, type Hyper } from './example.js';
import { draw, drawParams, norm, paramsOf, prefixed, relativeError, run } from './support.js';

const NET = denseAutoencoder({
  encoder: [5, 4],
  latent: 3,
  decoder: [3, 6, 5],
  activation: 'tanh',
  output: 'identity',
  posterior: 'diagonal',
});

const CLASSIFIER = denseClassifier({ layers: [4, 5, 3], activation: 'tanh' });

type Values = Record<string, Float64Array>;

/** Loss and gradients of an objective in a row. */
const rowOf = ({ loss, ...grads }: Values): Float64Array =>
  Float64Array.from([
    ...loss!,
    ...Object.keys(grads)
      .sort()
      .flatMap(name => [...grads[name]!]),
  ]);

function onAutoencoder(objective: Objective<Hyper>, hyper: Hyper): Float64Array {
  const net = objective.extend?.(NET) ?? NET;
  const noise = draw(3, [4, ...noiseShape(objective, net)], 1.5);
  const inputs = { ...drawParams(1, net.shapes, 1.2), x: draw(2, [4, 5], 2), noise };
  return rowOf(
    run(all => {
      const found = evaluateWithGradient(
        objective,
        net,
        paramsOf(all),
        { x: all.x!, noise: all.noise! },
        hyper,
      );
      return { loss: found.loss, ...prefixed('', found.grads) };
    }, inputs),
  );
}

function onClassifier(objective: ClassifierObjective<Hyper>, hyper: Hyper): Float64Array {
  const { shapes } = CLASSIFIER;
  const inputs = { ...drawParams(4, shapes, 1.2), x: draw(5, [3, 4], 2), noise: draw(6, [40], 1.5) };
  return rowOf(
    run(all => {
      const params = paramsOf(all);
      const noise = Object.fromEntries(
        Object.entries(params).map(([name, w]) => [
          name,
          tf.reshape(tf.slice(all.noise!, 0, w.size), w.shape),
        ]),
      );
      const sigma2 = Object.fromEntries(
        Object.entries(noise).map(([name, values]) => [name, tf.square(values)]),
      );
      const targets = tf.oneHot(tf.tensor1d([0, 2, 1], 'int32'), 3);
      const given = { x: all.x!, targets, noise, sigma2 };
      const found = direction(objective, CLASSIFIER, params, given, hyper);
      return { loss: found.loss, ...prefixed('', found.grads) };
    }, inputs),
  );
}

interface Listed<Made> {
  readonly name: string;
  readonly hyper: Fields;
  readonly rules: object;
  readonly mistakes: Readonly<Record<string, Mistake<object>>>;
  make(rules?: object): Made;
}

const test = suite('core/mistakes');

function shows<Made>(listed: Listed<Made>, evaluate: (made: Made, hyper: Hyper) => Float64Array): void {
  test(listed.name, () => {
    const { rules, mistakes, make } = listed;
    const hyper = exampleOf(listed.hyper);
    const right = evaluate(make(), hyper);
    assert.ok(norm(right) > 0.1);
    assert.is(relativeError(evaluate(make({ ...rules }), hyper), right), 0);
    assert.ok(Object.keys(mistakes).length > 0, 'an objective has known mistakes');
    for (const [name, mistake] of Object.entries(mistakes)) {
      assert.equal(Object.keys(mistake.rules), Object.keys(rules), name);
      if (mistake.only === 'diagnosis') continue; // too small to show here: tests/vectors/mistakes has them
      const error = relativeError(evaluate(make(mistake.rules), hyper), right);
      assert.ok(!(error <= 1e-4), `${name}: relative difference ${error}`);
    }
  });
}

for (const listed of AUTOENCODER_OBJECTIVES) shows<Objective<Hyper>>(listed, onAutoencoder);
for (const listed of CLASSIFIER_OBJECTIVES) shows<ClassifierObjective<Hyper>>(listed, onClassifier);

test('the divergence without its -d has the same gradient but another value', () => {
  const shifted = makeBetaVae({
    ...VAE_RULES,
    kl: (mean, scale) => tf.add(gaussian.gaussianKl(mean, scale), 1.5),
  });
  const [wrong, right] = [shifted, makeBetaVae()].map(made =>
    onAutoencoder(made as Objective<Hyper>, { beta: 0.3 }),
  );
  assert.ok(relativeError(wrong!.subarray(1), right!.subarray(1)) < 1e-15);
  assert.ok(Math.abs(wrong![0]! - right![0]! - 0.45) < 1e-12);
});

test.run();
