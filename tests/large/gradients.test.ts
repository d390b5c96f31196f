/**
 * @file Gradients of the training step on the ResNet-18 of the experiments: SAMBA-4's deep check, at width 8.
 */
import * as assert from 'uvu/assert';
import { largeGradients } from '../../properties/claims/samba/samba-4/large-gradients.js';
import { PENALTY_MUTANTS } from '../../properties/subjects/sam/mutants.js';
import { PAIR } from '../../properties/subjects/sam/pair.js';
import { VAE_RULES } from '../../src/core/objectives/vae/vae.js';
import { suite } from '../harness.js';

const SEEDED = { seed: 1, effort: 1 };
const TRAINED = { ...PAIR, vae: VAE_RULES };

const test = suite('large/gradients');

const check = largeGradients(8);

test('they are the derivatives of the losses along all parameters at once', () => {
  const { outcome, failure, cases } = check.run('gradients', TRAINED, { ...SEEDED, quick: false });
  assert.equal([outcome, cases], ['pass', 1], failure?.measured);
});

test('negative control: a penalty that is not differentiated', () => {
  const wrong = { ...TRAINED, rae: PENALTY_MUTANTS.constantPenalty.rules };
  const { outcome, failure } = check.run('gradients', wrong, { ...SEEDED, quick: true });
  assert.is(outcome, 'fail');
  assert.match(failure!.expected, /rae-loss-gradient/);
});

test.run();
