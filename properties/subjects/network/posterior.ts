/** @file The posterior of a case as numbers, and the steps that rules of core take from it. */
import { pointAt, scaleOf } from '../../../src/core/objectives/objective.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { perturb } from '../../../src/core/perturbation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { mat } from '../../kit.js';
import { rowsOf } from './jets.js';
import { inputSpecs, inputsOf, networkOf, paramsOf } from './network.js';

/** The owner of this file's program. */
const POSTERIOR = {};

const posteriorProgram = (shape: Shape) =>
  programOf(POSTERIOR, shape, 'posterior', () => ({
    specs: inputSpecs(shape),
    fn: inputs => {
      const { scale } = networkOf(shape).encode(paramsOf(shape, inputs), inputs.x!);
      if (scale.kind === 'none') throw new Error('posterior: the shape must have a scale head');
      return { factor: scale.kind === 'cholesky' ? scale.factor : scale.std };
    },
  }));

/** Sigma_i of every sample, from what the encoder's scale head says. */
export function covariancesOf(of: AutoencoderCase): number[][][] {
  const { latent, posterior } = of.shape.net;
  const { factor } = posteriorProgram(of.shape).run(inputsOf(of));
  return rowsOf(factor!, of.shape.batch).map(entries => {
    const l =
      posterior === 'cholesky' ? rowsOf(entries, latent).map(row => [...row]) : mat.diagonal([...entries]);
    return mat.multiply(l, mat.transpose(l));
  });
}

/** What rules of SAMBA add to the codes of a case with a learned covariance, a row a sample. */
export function learnedSteps(of: AutoencoderCase, rules: SambaRules): number[][] {
  const { shape } = of;
  const program = programOf(rules, shape, 'learned step', () => ({
    specs: inputSpecs(shape),
    fn: inputs => {
      const [net, params] = [networkOf(shape), paramsOf(shape, inputs)];
      const posterior = net.encode(params, inputs.x!);
      const at = pointAt(net, params, inputs.x!, 'sum', posterior.mean);
      return { step: perturb(scaleOf(posterior, 'learned'), rules.gradient(at), rules).step };
    },
  }));
  return rowsOf(program.run(inputsOf(of)).step!, shape.batch).map(row => [...row]);
}
