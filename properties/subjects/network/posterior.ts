/** @file The posterior of a case as numbers, and the steps that rules of core take from it. */
import { pointAt, scaleOf } from '../../../src/core/objectives/objective.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { perturb } from '../../../src/core/perturbation.js';
import type { AutoencoderCase } from '../../arbitraries/autoencoders.js';
import { mat } from '../../kit.js';
import { rowsOf } from './jets.js';
import { inputsOf, networkProgram } from './network.js';

/** The owner of this file's program. */
const POSTERIOR = {};

/** Sigma_i of every sample, from what the encoder's scale head says. */
export function covariancesOf(c: AutoencoderCase): number[][][] {
  const { latent, posterior } = c.shape.net;
  const program = networkProgram(POSTERIOR, c.shape, 'posterior', ({ net, params, x }) => {
    const { scale } = net.encode(params, x);
    if (scale.kind === 'none') throw new Error('posterior: the shape must have a scale head');
    return { factor: scale.kind === 'cholesky' ? scale.factor : scale.std };
  });
  return rowsOf(program.run(inputsOf(c)).factor!, c.shape.batch).map(entries => {
    const l =
      posterior === 'cholesky' ? rowsOf(entries, latent).map(row => [...row]) : mat.diagonal([...entries]);
    return mat.multiply(l, mat.transpose(l));
  });
}

/** What rules of SAMBA add to the codes of a case with a learned covariance, a row a sample. */
export function learnedSteps(c: AutoencoderCase, rules: SambaRules): number[][] {
  const program = networkProgram(rules, c.shape, 'learned step', ({ net, params, x }) => {
    const posterior = net.encode(params, x);
    const at = pointAt(net, params, x, 'sum', posterior.mean);
    return { step: perturb(scaleOf(posterior, 'learned'), rules.gradient(at), rules).step };
  });
  return rowsOf(program.run(inputsOf(c)).step!, c.shape.batch).map(row => [...row]);
}
