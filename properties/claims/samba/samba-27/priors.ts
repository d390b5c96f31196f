/** @file The KL term of SAMBA and the prior term of the RAE by themselves, with their gradients. */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from '../../../../src/core/derivatives.js';
import type { Objective } from '../../../../src/core/objectives/objective.js';
import * as raeLossGradient from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba, type SambaHyper, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import type { Float64Program } from '../../../../src/engine/program.js';
import type { Shape } from '../../../arbitraries/autoencoders.js';
import { inputSpecs, networkOf, paramsOf, prefixed } from '../../../subjects/network/network.js';

/** One term of an objective as the whole loss; input `alpha2` besides those of the shape. */
function termStep<Hyper>(
  rules: object,
  objective: Objective<Hyper>,
  term: string,
  hyper: (alpha2: tf.Tensor) => Hyper,
  shape: Shape,
): Float64Program {
  return programOf(rules, shape, `${objective.name} ${term}`, () => ({
    specs: { ...inputSpecs(shape), alpha2: { shape: [] } },
    fn: inputs => {
      const { loss, grads } = gradients(
        params => {
          const { terms } = objective.evaluate(
            networkOf(shape),
            params,
            { x: inputs.x! },
            hyper(inputs.alpha2!),
          );
          return { loss: terms[term]!, aux: {} };
        },
        paramsOf(shape, inputs),
      );
      return { loss, ...prefixed('grad', grads) };
    },
  }));
}

export const sambaKlStep = (rules: SambaRules, shape: Shape): Float64Program =>
  termStep<SambaHyper>(
    rules,
    makeSamba(rules),
    'kl',
    alpha2 => ({ rec: 'sum', beta: 1, variance: { fixed: alpha2 } }),
    shape,
  );

export const raePriorStep = (rules: raeLossGradient.RaeLossGradientRules, shape: Shape): Float64Program =>
  termStep<raeLossGradient.RaeLossGradientHyper>(
    rules,
    raeLossGradient.makeRaeLossGradient(rules),
    'prior',
    lambda => ({ rec: 'sum', beta: 1, lambda }),
    shape,
  );
