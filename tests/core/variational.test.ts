/**
 * @file Posteriors over the weights of a real classifier: gradients against differences, updates, and the
 * printed rules.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { denseClassifier } from '../../src/core/classifier.js';
import { mapParams } from '../../src/core/derivatives.js';
import type { Params } from '../../src/core/net/network.js';
import { meanLoss } from '../../src/core/objectives/sam/objective.js';
import {
  EVOLUTION_RULES,
  evolutionGradients,
  NATURAL_EVOLUTION_RULES,
} from '../../src/core/variational/evolution-strategy.js';
import {
  MEAN_FIELD_RULES,
  meanFieldGradients,
  meanFieldLoss,
  PRINTED_MEAN_FIELD_RULES,
} from '../../src/core/variational/mean-field.js';
import {
  type PosteriorGradients,
  plainDescent,
  updatePosterior,
} from '../../src/core/variational/posterior.js';
import {
  PRINTED_VARIATIONAL_SAM_RULES,
  VARIATIONAL_SAM_RULES,
  variationalSamGradients,
  variationalSamLoss,
} from '../../src/core/variational/variational-sam.js';
import { suite } from '../harness.js';
import {
  close,
  compiled,
  draw,
  moved,
  type Named,
  run,
  scalarOf,
  slope,
  type Traced,
  values,
} from './support.js';

const test = suite('core/variational');

const NET = denseClassifier({ layers: [2, 3, 2], activation: 'tanh' });
const NAMES = Object.keys(NET.shapes);

const drawn = (prefix: string, seed: number, size = 1): Named =>
  Object.fromEntries(NAMES.map((name, i) => [`${prefix}.${name}`, draw(seed + i, NET.shapes[name]!, size)]));

const positive = (of: Named): Named =>
  Object.fromEntries(
    Object.entries(of).map(([name, { shape, values: x }]) => [
      name,
      { shape, values: x.map(v => 0.1 + v * v) },
    ]),
  );

const INPUTS: Named = {
  ...drawn('mean', 1),
  ...positive(drawn('sigma2', 20)),
  ...drawn('noise', 40),
  x: draw(60, [4, 2]),
  targets: values([4, 2], [1, 0, 0, 1, 0, 1, 1, 0]),
  prior: scalarOf(0.7),
};

const part = (all: Record<string, tf.Tensor>, prefix: string): Params =>
  Object.fromEntries(NAMES.map(name => [name, all[`${prefix}.${name}`]!]));

const posterior = (all: Record<string, tf.Tensor>) => ({
  mean: part(all, 'mean'),
  sigma2: part(all, 'sigma2'),
});
const hyper = (all: Record<string, tf.Tensor>) => ({ prior: all.prior!, examples: 20 });
const batch = ({ x, targets }: Record<string, tf.Tensor>) => ({ x: x!, targets: targets! });

const outputs = ({ loss, mean, sigma2 }: PosteriorGradients) => ({
  loss,
  ...Object.fromEntries(NAMES.map(name => [`mean.${name}`, mean[name]!])),
  ...Object.fromEntries(NAMES.map(name => [`sigma2.${name}`, sigma2[name]!])),
});

const weightLoss = (all: Record<string, tf.Tensor>) => (weights: Params) =>
  meanLoss(NET, weights, batch(all));

/**
 * Directional derivatives of a scalar against the gradients that a function gives, for inputs with a prefix.
 */
function checkSlopes(value: Traced, found: Record<string, Float64Array>, prefix: string): void {
  const of = compiled(value, INPUTS);
  for (const name of NAMES) {
    const key = `${prefix}.${name}`;
    const direction = { [key]: draw(100, NET.shapes[name]!) };
    const measured = slope(t => of(moved(INPUTS, direction, t)).loss![0]!, 1e-3);
    const expected = found[key]!.reduce((sum, x, i) => sum + x * direction[key]!.values[i]!, 0);
    close([expected], [measured], 1e-7, key);
  }
}

test('mean-field gradients are those of the loss at the sample plus KL / N', () => {
  const found = run(
    all =>
      outputs(
        meanFieldGradients(MEAN_FIELD_RULES, weightLoss(all), posterior(all), part(all, 'noise'), hyper(all)),
      ),
    INPUTS,
  );
  const value: Traced = all => ({
    loss: meanFieldLoss(MEAN_FIELD_RULES, weightLoss(all), posterior(all), part(all, 'noise'), hyper(all)),
  });
  close(found.loss!, run(value, INPUTS).loss!, 1e-14);
  checkSlopes(value, found, 'mean');
  checkSlopes(value, found, 'sigma2');
});

test('Algorithm 1 as printed has no decay, and N times the KL of the variances', () => {
  const gradientsOf =
    (rules: typeof MEAN_FIELD_RULES): Traced =>
    all =>
      outputs(meanFieldGradients(rules, weightLoss(all), posterior(all), part(all, 'noise'), hyper(all)));
  const [own, printed] = [MEAN_FIELD_RULES, PRINTED_MEAN_FIELD_RULES].map(rules =>
    run(gradientsOf(rules), INPUTS),
  );
  for (const name of NAMES) {
    const [w, s] = [INPUTS[`mean.${name}`]!.values, INPUTS[`sigma2.${name}`]!.values];
    close(
      own![`mean.${name}`]!,
      printed![`mean.${name}`]!.map((x, i) => x + w[i]! / (0.7 * 20)),
      1e-12,
      name,
    );
    const kl = s.map(x => (1 / 0.7 - 1 / x) / 2);
    close(
      own![`sigma2.${name}`]!,
      printed![`sigma2.${name}`]!.map((x, i) => x + kl[i]! * (1 / 20 - 1)),
      1e-12,
      name,
    );
  }
});

test('variational SAM: the variances follow eq. (56), the mean the perturbed gradient plus decay', () => {
  const gradientsOf =
    (rules: typeof VARIATIONAL_SAM_RULES): Traced =>
    all =>
      outputs(variationalSamGradients(rules, NET, posterior(all), batch(all), hyper(all)));
  const found = run(gradientsOf(VARIATIONAL_SAM_RULES), INPUTS);
  const value: Traced = all => ({
    loss: variationalSamLoss(VARIATIONAL_SAM_RULES, NET, posterior(all), batch(all), hyper(all)),
  });
  checkSlopes(value, found, 'sigma2');
  const printed = run(gradientsOf(PRINTED_VARIATIONAL_SAM_RULES), INPUTS);
  for (const name of NAMES) {
    const decay = INPUTS[`mean.${name}`]!.values.map(w => w / (0.7 * 20));
    close(
      found[`mean.${name}`]!,
      printed[`mean.${name}`]!.map((x, i) => x + decay[i]!),
      1e-12,
      name,
    );
  }
});

test('a mirrored evolution strategy is exact for linear losses in the mean, and natural gradients rescale it', () => {
  const linear = (weights: Params): tf.Tensor =>
    NAMES.map(name => tf.sum(weights[name]!)).reduce((sum, term) => tf.add(sum, term));
  const of =
    (rules: typeof EVOLUTION_RULES, mirrored: boolean): Traced =>
    all => {
      const { mean, sigma2 } = evolutionGradients(
        rules,
        linear,
        posterior(all),
        part(all, 'noise'),
        mirrored,
      );
      return outputs({ loss: tf.scalar(0), mean, sigma2 });
    };
  const found = run(of(EVOLUTION_RULES, true), INPUTS);
  const natural = run(of(NATURAL_EVOLUTION_RULES, true), INPUTS);
  const along = NAMES.reduce((sum, name) => {
    const [eta, s] = [INPUTS[`noise.${name}`]!.values, INPUTS[`sigma2.${name}`]!.values];
    return sum + eta.reduce((t, x, i) => t + x * Math.sqrt(s[i]!), 0);
  }, 0);
  const total = NAMES.reduce(
    (sum, name) => sum + INPUTS[`mean.${name}`]!.values.reduce((t, x) => t + x, 0),
    0,
  );
  for (const name of NAMES) {
    const [eta, s] = [INPUTS[`noise.${name}`]!.values, INPUTS[`sigma2.${name}`]!.values];
    close(
      found[`mean.${name}`]!,
      eta.map((x, i) => (along * x) / Math.sqrt(s[i]!)),
      1e-12,
      name,
    );
    close(
      found[`sigma2.${name}`]!,
      eta.map((x, i) => (total * (x * x - 1)) / (2 * s[i]!)),
      1e-12,
      name,
    );
    close(
      natural[`mean.${name}`]!,
      found[`mean.${name}`]!.map((x, i) => x * s[i]!),
      1e-12,
      name,
    );
    close(
      natural[`sigma2.${name}`]!,
      found[`sigma2.${name}`]!.map((x, i) => 2 * x * s[i]! ** 2),
      1e-12,
      name,
    );
  }
  const single = run(of(EVOLUTION_RULES, false), INPUTS);
  const name = NAMES[0]!;
  const [eta, s] = [INPUTS[`noise.${name}`]!.values, INPUTS[`sigma2.${name}`]!.values];
  close(
    single[`mean.${name}`]!,
    eta.map((x, i) => ((total + along) * x) / Math.sqrt(s[i]!)),
    1e-12,
  );
});

test('updates: the mean moves downhill, variances stay positive where plain descent turns them negative', () => {
  const update =
    (rules: typeof MEAN_FIELD_RULES): Traced =>
    all => {
      const at = posterior(all);
      const grads = { mean: part(all, 'noise'), sigma2: mapParams(at.sigma2, tf.onesLike) };
      const next = updatePosterior(rules, at, grads, { mean: 0.5, sigma2: all.prior! });
      return outputs({ loss: all.prior!, ...next });
    };
  const inputs: Named = { ...INPUTS, prior: scalarOf(30) };
  const [kept, printed] = [MEAN_FIELD_RULES, PRINTED_MEAN_FIELD_RULES].map(rules =>
    run(update(rules), inputs),
  );
  for (const name of NAMES) {
    const [w, g] = [inputs[`mean.${name}`]!.values, inputs[`noise.${name}`]!.values];
    close(
      kept![`mean.${name}`]!,
      w.map((x, i) => x - 0.5 * g[i]!),
      1e-14,
      name,
    );
    assert.ok(kept![`sigma2.${name}`]!.every(x => x > 0));
    assert.ok(printed![`sigma2.${name}`]!.every(x => x < 0));
  }
  assert.is(PRINTED_VARIATIONAL_SAM_RULES.updateVariance, plainDescent);
});

test.run();
