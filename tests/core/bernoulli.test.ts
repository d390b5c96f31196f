import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { hessian } from '../../src/core/hessian.js';
import { convAutoencoder } from '../../src/core/net/conv.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { bernoulliCurvature, bernoulliLoss } from '../../src/core/objectives/vae/bernoulli.js';
import { BERNOULLI_VAE_RULES, makeBernoulliVae } from '../../src/core/objectives/vae/beta-vae-bernoulli.js';
import {
  BERNOULLI_TAYLOR_RULES,
  makeBernoulliTaylor,
} from '../../src/core/objectives/vae/beta-vae-taylor-bernoulli.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import { suite } from '../harness.js';
import {
  close,
  compiled,
  draw,
  drawParams,
  moved,
  paramsOf,
  prefixed,
  run,
  slope,
  values,
} from './support.js';

const test = suite('core/objectives/bernoulli');

test('loss and curvature in terms of probabilities, black, white and grey', () => {
  const logits = [0, 1.5, -2, 0.25];
  const x = [1, 0, 0.25, 1];
  const inputs = { a: values([2, 2], logits), x: values([2, 2], x) };
  const out = run(({ a, x }) => ({ loss: bernoulliLoss(x!, a!), curvature: bernoulliCurvature(a!) }), inputs);
  const p = logits.map(a => 1 / (1 + Math.exp(-a)));
  const terms = p.map((pm, m) => -x[m]! * Math.log(pm) - (1 - x[m]!) * Math.log(1 - pm));
  close(out.loss!, [terms[0]! + terms[1]!, terms[2]! + terms[3]!], 1e-15);
  close(
    out.curvature!,
    p.map(pm => pm * (1 - pm)),
    1e-15,
  );
});

test('logits far beyond where a probability rounds to one', () => {
  const inputs = { a: values([4, 1], [40, -40, 800, -800]), x: values([4, 1], [1, 0, 0, 1]) };
  const out = run(({ a, x }) => ({ loss: bernoulliLoss(x!, a!), curvature: bernoulliCurvature(a!) }), inputs);
  close(out.loss!, [Math.exp(-40), Math.exp(-40), 800, 800], 1e-15);
  close(out.curvature!.slice(0, 2), [Math.exp(-40), Math.exp(-40)], 1e-15);
  close(out.curvature!.slice(2), [0, 0], 0);
});

const NETS = {
  diagonal: denseAutoencoder({
    encoder: [5, 4],
    latent: 3,
    decoder: [3, 4, 5],
    activation: 'tanh',
    output: 'identity',
    posterior: 'diagonal',
  }),
  cholesky: denseAutoencoder({
    encoder: [5, 4],
    latent: 2,
    decoder: [2, 5],
    activation: 'tanh',
    output: 'identity',
    posterior: 'cholesky',
  }),
  images: convAutoencoder({
    image: [4, 4, 2],
    channels: [3],
    latent: 2,
    activation: 'softplus',
    output: 'identity',
    posterior: 'diagonal',
  }),
};

for (const [kind, net] of Object.entries(NETS))
  for (const objective of [makeBernoulliVae(), makeBernoulliTaylor()])
    test(`${objective.name}, ${kind}: terms, and gradients by differences`, () => {
      const inputs = {
        ...drawParams(1, net.shapes),
        x: values(
          [2, ...net.data],
          draw(2, [2, ...net.data]).values.map(x => (x > 0 ? 1 : 0)),
        ),
        noise: draw(3, [2, net.latent], 2),
      };
      const f = compiled(all => {
        const batch = { x: all.x!, ...(objective.usesNoise && { noise: all.noise! }) };
        const hyper = { beta: 0.7, variance: 'learned' } as const;
        const { loss, terms, grads } = evaluateWithGradient(objective, net, paramsOf(all), batch, hyper);
        return { loss, ...terms, ...prefixed('grad.', grads) };
      }, inputs);
      const out = f(inputs);
      for (const term of objective.terms) assert.is(out[term]?.length, 1, term);
      const penalty = out.penalty?.[0] ?? 0;
      close(out.loss!, [out.reconstruction![0]! + penalty + 0.7 * out.kl![0]!], 1e-15);
      for (const [i, [name, shape]] of Object.entries(net.shapes).entries()) {
        const direction = draw(300 + i, shape);
        const expected = slope(t => f(moved(inputs, { [`param.${name}`]: direction }, t)).loss![0]!);
        const got = out[`grad.${name}`]!.reduce((s, g, k) => s + g * direction.values[k]!, 0);
        const size = Math.hypot(...out[`grad.${name}`]!);
        assert.ok(Math.abs(got - expected) <= 1e-7 * (size + 1), `${name}: ${got} for ${expected}`);
      }
    });

test('for logits linear in the code the penalty is half the trace of the Hessian with the covariance', () => {
  const net = NETS.cholesky;
  const inputs = { ...drawParams(4, net.shapes), x: values([2, 5], [1, 0, 0, 1, 1, 0, 1, 0, 1, 0]) };
  const out = run(all => {
    const params = paramsOf(all);
    const { mean, scale } = net.encode(params, all.x!);
    if (scale.kind !== 'cholesky') throw new Error('the network must have a full covariance');
    const h = hessian(z => bernoulliLoss(all.x!, net.decode(params, z)), mean);
    const trace = tf.sum(tf.mul(scale.factor, tf.matMul(h, scale.factor)), [1, 2]);
    const { terms } = makeBernoulliTaylor().evaluate(
      net,
      params,
      { x: all.x! },
      { beta: 1, variance: 'learned' },
    );
    return { half: tf.mul(tf.mean(trace), 0.5), penalty: terms.penalty! };
  }, inputs);
  close(out.penalty!, out.half!, 1e-14);
});

test('without a variance head: an error that says so; with a fixed variance none', () => {
  const net = denseAutoencoder({
    encoder: [2],
    latent: 1,
    decoder: [1, 2],
    activation: 'tanh',
    output: 'identity',
  });
  const inputs = { ...drawParams(5, net.shapes), x: values([1, 2], [0, 1]), noise: values([1, 1], [0.5]) };
  const loss = (variance: 'learned' | { fixed: number }) =>
    run(
      all => ({
        loss: makeBernoulliVae(BERNOULLI_VAE_RULES).evaluate(
          net,
          paramsOf(all),
          { x: all.x!, noise: all.noise! },
          { beta: 1, variance },
        ).loss,
        taylor: makeBernoulliTaylor(BERNOULLI_TAYLOR_RULES).evaluate(
          net,
          paramsOf(all),
          { x: all.x! },
          { beta: 1, variance },
        ).loss,
      }),
      inputs,
    ).loss!;
  assert.throws(() => loss('learned'), /scale head/);
  assert.ok(Number.isFinite(loss({ fixed: 0.25 })[0]));
});

test.run();
