/** @file The KL term of SAMBA and the prior term of the RAE by themselves, with their gradients. */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from '../../../../src/core/derivatives.js';
import type { Objective } from '../../../../src/core/objectives/objective.js';
import * as lossGradient from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import type { Float64Program } from '../../../../src/engine/program.js';
import * as ae from '../../../subjects/autoencoder.js';

/** One term of an objective as the whole loss; input `alpha2` besides those of the shape. */
const termStep = <Hyper>(
  rules: object,
  objective: Objective<Hyper>,
  term: string,
  hyper: (alpha2: tf.Tensor) => Hyper,
  shape: ae.Shape,
): Float64Program =>
  programOf(rules, shape, `${objective.name} ${term}`, () => ({
    specs: { ...ae.inputSpecs(shape), alpha2: { shape: [] } },
    fn: inputs => {
      const net = ae.networkOf(shape);
      const { loss, grads } = gradients(
        params => {
          const { terms } = objective.evaluate(net, params, { x: inputs.x! }, hyper(inputs.alpha2!));
          return { loss: terms[term]!, aux: {} };
        },
        ae.paramsOf(shape, inputs),
      );
      return { loss, ...ae.prefixed('grad', grads) };
    },
  }));

const common = { rec: 'sum', beta: 1 } as const;

export const sambaKlStep = (rules: SambaRules, shape: ae.Shape): Float64Program =>
  termStep(rules, makeSamba(rules), 'kl', fixed => ({ ...common, variance: { fixed } }), shape);

export const raePriorStep = (rules: lossGradient.RaeLossGradientRules, shape: ae.Shape): Float64Program =>
  termStep(rules, lossGradient.makeRaeLossGradient(rules), 'prior', lambda => ({ ...common, lambda }), shape);
