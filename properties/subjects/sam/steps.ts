/** @file The losses and gradients that training uses, as programs of a case. The KL and prior terms are left out: beta = 0. */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from '../../../src/core/derivatives.js';
import type { Inputs, Objective } from '../../../src/core/objectives/objective.js';
import * as raeJacobian from '../../../src/core/objectives/rae/rae-jacobian.js';
import * as raeLossGradient from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba, type SambaHyper, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { makeVae, type VaeHyper, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { Float64Program } from '../../../src/engine/program.js';
import type { Shape } from '../../arbitraries/autoencoders.js';
import { inputSpecs, networkOf, paramsOf, prefixed } from '../network/network.js';

interface Step<Hyper> {
  /** What the program is kept under: the rules that a negative control replaces. */
  readonly rules: object;
  readonly objective: Objective<Hyper>;
  /** Tells programs of the same rules and objective apart. */
  readonly variant?: string;
  /** Scalar inputs besides parameters and batch. */
  readonly scalars: readonly string[];
  readonly hyper: (inputs: Readonly<Record<string, tf.Tensor>>) => Hyper;
}

/**
 * The step of an objective on a shape: outputs `loss`, `term.*`, `grad.*` (with respect to every parameter and the code)
 * and, where the objective counts them, `zeroDirections`. An objective that samples has the input `noise` [B, d] too.
 */
function stepProgram<Hyper>(
  shape: Shape,
  { rules, objective, variant, scalars, hyper }: Step<Hyper>,
): Float64Program {
  return programOf(rules, shape, `${objective.name} ${variant ?? ''} ${scalars}`, () => {
    const net = networkOf(shape);
    return {
      specs: {
        ...inputSpecs(shape),
        ...(objective.usesNoise && { noise: { shape: [shape.batch, net.latent] } }),
        ...Object.fromEntries(scalars.map(name => [name, { shape: [] }])),
      },
      fn: inputs => {
        const batch: Inputs = { x: inputs.x!, ...(objective.usesNoise && { noise: inputs.noise! }) };
        const { loss, aux, grads } = gradients(
          p => {
            const { loss, terms, zeroDirections } = objective.evaluate(net, p, batch, hyper(inputs));
            return { loss, aux: { ...prefixed('term', terms), ...(zeroDirections && { zeroDirections }) } };
          },
          paramsOf(shape, inputs),
        );
        return { loss, ...aux, ...prefixed('grad', grads) };
      },
    };
  });
}

/** SAMBA with Sigma = alpha2 I: eq. (9)-(10). Input `alpha2`. */
export const sambaStep = (rules: SambaRules, shape: Shape): Float64Program =>
  stepProgram<SambaHyper>(shape, {
    rules,
    objective: makeSamba(rules),
    scalars: ['alpha2'],
    hyper: ({ alpha2 }) => ({ rec: 'sum', beta: 0, variance: { fixed: alpha2! } }),
  });

/** SAMBA with the covariance that the encoder gives. */
export const learnedSambaStep = (rules: SambaRules, shape: Shape): Float64Program =>
  stepProgram<SambaHyper>(shape, {
    rules,
    objective: makeSamba(rules),
    scalars: [],
    hyper: () => ({ rec: 'sum', beta: 0, variance: 'learned' }),
  });

/** The RAE with the penalty lambda |grad_z L|: eq. (11)-(17). Input `lambda`. */
export const raeStep = (rules: raeLossGradient.RaeLossGradientRules, shape: Shape): Float64Program =>
  stepProgram<raeLossGradient.RaeLossGradientHyper>(shape, {
    rules,
    objective: raeLossGradient.makeRaeLossGradient(rules),
    scalars: ['lambda'],
    hyper: ({ lambda }) => ({ rec: 'sum', beta: 0, lambda: lambda! }),
  });

/** The RAE with the penalty lambda |J_f|_F or lambda |J_f|_F^2: eq. (3) taken literally. Input `lambda`. */
export const jacobianStep = (
  rules: raeJacobian.RaeJacobianRules,
  shape: Shape,
  power: 1 | 2,
): Float64Program =>
  stepProgram<raeJacobian.RaeJacobianHyper>(shape, {
    rules,
    objective: raeJacobian.makeRaeJacobian(rules),
    variant: `power ${power}`,
    scalars: ['lambda'],
    hyper: ({ lambda }) => ({ rec: 'sum', beta: 0, lambda: lambda!, power }),
  });

/** The VAE with Sigma = alpha2 I. Inputs `alpha2` and `noise`. */
export const vaeStep = (rules: VaeRules, shape: Shape): Float64Program =>
  stepProgram<VaeHyper>(shape, {
    rules,
    objective: makeVae(rules),
    scalars: ['alpha2'],
    hyper: ({ alpha2 }) => ({ rec: 'sum', beta: 0, variance: { fixed: alpha2! } }),
  });
