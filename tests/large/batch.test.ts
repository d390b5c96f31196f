/**
 * @file SAMBA-26 on the ResNet-18 of the experiments, batch normalisation included: its deep checks, at width
 * 8.
 */
import { mul, type Tensor } from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { largeBatchWide, largePerSample } from '../../properties/claims/samba/samba-26/large-batch.js';
import { Workshop } from '../../properties/subjects/large/workshop.js';
import { LENGTH_MUTANTS } from '../../properties/subjects/sam/mutants.js';
import { SAMBA_RULES } from '../../src/core/objectives/samba/samba.js';
import { VAE_SAM_RAE_RULES } from '../../src/core/objectives/vae-sam/vae-sam-rae.js';
import { constant } from '../../src/engine/ops.js';
import { suite } from '../harness.js';

const WIDTH = 8;
const SEEDED = { seed: 1, effort: 1 };
const RELEASED = { samba: SAMBA_RULES, rae: VAE_SAM_RAE_RULES };

const test = suite('large/batch');

const shop = new Workshop(WIDTH);

test('SAMBA adds the sum of |G_i|, cross-sample terms included', () => {
  const check = largePerSample(WIDTH, { shop, modes: ['training'] });
  const { outcome, note } = check.run('sum', RELEASED, { ...SEEDED, quick: false });
  assert.is(outcome, 'pass', note);
  const wrong = { ...RELEASED, samba: LENGTH_MUTANTS.batchNorm.rules };
  assert.is(check.run('sum', wrong, { ...SEEDED, quick: true }).outcome, 'fail');
});

test('the RAE adds the root of the sum of squares', () => {
  const check = largeBatchWide(WIDTH, shop);
  const { outcome, failure } = check.run('root', RELEASED, { ...SEEDED, quick: false });
  assert.is(outcome, 'pass', failure?.measured);
  const rae = {
    ...VAE_SAM_RAE_RULES,
    norm: (matrix: Tensor) => mul(VAE_SAM_RAE_RULES.norm(matrix), constant(1 + 1e-9)),
  };
  assert.is(check.run('root', { ...RELEASED, rae }, { ...SEEDED, quick: true }).outcome, 'fail');
});

test.run();
