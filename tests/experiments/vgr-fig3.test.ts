import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import fig3, { compute } from '../../experiments/vgr-fig3.js';
import type { RunRecord } from '../../src/claims/experiment/model.js';
import { GAMMA_VAE_RULES } from '../../src/core/objectives/gamma-vae/gamma-vae.js';
import { rotationExcess } from '../../src/theory/closed/energy-slices.js';
import { suite } from '../harness.js';
import { completed, keepsToContract, settingOf } from './contract.js';

const test = suite('experiment vgr-fig3');

test('keeps to the contract', () => keepsToContract(fig3));

const runsWith = (rules = GAMMA_VAE_RULES): RunRecord[] =>
  fig3
    .plan(settingOf(fig3, 'smoke'))
    .map(({ arm, seed, job }) =>
      completed({ arm, seed }, compute(job.kind === 'compute' ? job.inputs : {}, seed, rules)),
    );

const outcomes = (runs: readonly RunRecord[]) => fig3.statements.map(({ judge }) => judge(runs).outcome);

test('the picture of VGR-14, the same every time', () => {
  const runs = runsWith();
  assert.equal(runs, runsWith());
  assert.equal(outcomes(runs), ['supported', 'supported', 'supported', 'supported']);
  const at = runs.find(({ arm }) => arm.slice === 'rotation' && arm.gamma === 0.01)!;
  assert.ok(Math.abs(at.numbers.barrier! - rotationExcess(Math.PI / 4, 1, 0.01)) < 1e-9);
});

test('negative control: with half the precision the minima are elsewhere', () => {
  const wrong = runsWith({ ...GAMMA_VAE_RULES, fit: (error, gamma) => tf.div(error, tf.mul(gamma, 2)) });
  assert.equal(outcomes(wrong), ['supported', 'supported', 'contradicted', 'supported']);
});

test.run();
