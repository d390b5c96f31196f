import * as assert from 'uvu/assert';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { makeGammaVae } from '../../src/core/objectives/gamma-vae/gamma-vae.js';
import {
  GAMMA_VAE_CLOSED_RULES,
  makeGammaVaeClosed,
} from '../../src/core/objectives/gamma-vae/gamma-vae-closed.js';
import {
  LOG_GAMMA,
  makeGammaVaeLearned,
  withLogGamma,
} from '../../src/core/objectives/gamma-vae/gamma-vae-learned.js';
import type { Objective } from '../../src/core/objectives/objective.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import { suite } from '../harness.js';
import { close, draw, drawParams, type Named, paramsOf, prefixed, run, values } from './support.js';

const test = suite('core/gamma-vae');

const NET = denseAutoencoder({
  encoder: [4, 3],
  latent: 2,
  decoder: [2, 3, 4],
  activation: 'tanh',
  output: 'identity',
  posterior: 'diagonal',
});
const LEARNED = withLogGamma(NET);

const INPUTS: Named = { ...drawParams(1, NET.shapes), x: draw(2, [3, 4]), noise: draw(3, [3, 2], 1.5) };
const WITH_GAMMA: Named = { ...INPUTS, [`param.${LOG_GAMMA}`]: values([], [Math.log(0.3)]) };

const evaluate = <Hyper>(objective: Objective<Hyper>, net: typeof NET, hyper: Hyper, inputs: Named) =>
  run(all => {
    const { loss, terms, grads } = evaluateWithGradient(
      objective,
      net,
      paramsOf(all),
      { x: all.x!, noise: all.noise! },
      hyper,
    );
    return { loss, ...terms, ...prefixed('grad.', grads) };
  }, inputs);

const fixed = (gamma: number, beta?: number) =>
  evaluate(makeGammaVae(), NET, { gamma, variance: 'learned', ...(beta !== undefined && { beta }) }, INPUTS);

test('beta weighs the KL term, 1 when not said', () => {
  const [one, half] = [fixed(0.3), fixed(0.3, 0.5)];
  close(fixed(0.3, 1).loss!, one.loss!, 1e-15);
  close([one.loss![0]! - half.loss![0]!], one.kl!, 1e-13);
});

test('a learned gamma gives the loss and gradients of the same fixed one, and its own slope D - E/gamma', () => {
  const [learned, same] = [
    evaluate(makeGammaVaeLearned(), LEARNED, { variance: 'learned' }, WITH_GAMMA),
    fixed(0.3),
  ];
  for (const name of ['loss', 'reconstruction', 'kl', ...Object.keys(NET.shapes).map(n => `grad.${n}`)])
    close(learned[name]!, same[name]!, 1e-13, name);
  close(learned.gamma!, [0.3], 1e-15);
  close(learned[`grad.${LOG_GAMMA}`]!, [4 - same.reconstruction![0]! / 0.3], 1e-13);
});

test('log gamma begins at 0, also in a network derived for another mode', () => {
  assert.equal(LEARNED.initial, { [LOG_GAMMA]: 0 });
  const normalised = { ...NET, normalised: { statistics: { s: [2] }, inMode: () => NET } };
  const { statistics, inMode } = withLogGamma(normalised).normalised!;
  assert.equal(statistics, { s: [2] });
  assert.equal(inMode({ kind: 'training' }).shapes[LOG_GAMMA], []);
});

test('the closed form is the minimum over gamma, with the gradients there', () => {
  const closed = evaluate(makeGammaVaeClosed(), NET, { variance: 'learned', beta: 0.5 }, INPUTS);
  const best = closed.gamma![0]!;
  close([best], [closed.reconstruction![0]! / 4], 1e-14);
  const at = fixed(best, 0.5);
  for (const name of ['loss', 'kl', ...Object.keys(NET.shapes).map(n => `grad.${n}`)])
    close(closed[name]!, at[name]!, 1e-12, name);
  for (const factor of [0.5, 0.9, 1.1, 2]) assert.ok(fixed(factor * best, 0.5).loss![0]! > closed.loss![0]!);
});

test('differentiating gamma makes no difference in the closed form', () => {
  const rules = {
    ...GAMMA_VAE_CLOSED_RULES,
    hold: (gamma: Parameters<typeof GAMMA_VAE_CLOSED_RULES.hold>[0]) => gamma,
  };
  const hyper = { variance: 'learned' } as const;
  const [plain, through] = [makeGammaVaeClosed(), makeGammaVaeClosed(rules)].map(objective =>
    evaluate(objective, NET, hyper, INPUTS),
  );
  for (const name of Object.keys(NET.shapes))
    close(through![`grad.${name}`]!, plain![`grad.${name}`]!, 1e-12, name);
});

test.run();
