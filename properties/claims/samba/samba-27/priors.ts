/**
 * @file The KL term of SAMBA and the prior term of the RAE by themselves, with their gradients; input
 * `alpha2`.
 */
import type * as tf from '@tensorflow/tfjs';
import * as lossGradient from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import type { Float64Program } from '../../../../src/engine/program.js';
import * as ae from '../../../subjects/autoencoder.js';

type Scalar = { readonly alpha2: tf.Tensor };
const [common, names] = [{ rec: 'sum', beta: 1 } as const, ['alpha2'] as const];

export const sambaKlStep = (rules: SambaRules, shape: ae.Shape): Float64Program => {
  const hyper = ({ alpha2: fixed }: Scalar) => ({ ...common, variance: { fixed } });
  return ae.stepProgram(rules, shape, makeSamba(rules), { names, hyper, term: 'kl' });
};

export const raePriorStep = (rules: lossGradient.RaeLossGradientRules, shape: ae.Shape): Float64Program => {
  const hyper = ({ alpha2: lambda }: Scalar) => ({ ...common, lambda });
  return ae.stepProgram(rules, shape, lossGradient.makeRaeLossGradient(rules), {
    names,
    hyper,
    term: 'prior',
  });
};
