/**
 * @file The losses and gradients that training uses, as programs of a case. The KL and prior terms are left
 * out: beta = 0.
 */
import type * as tf from '@tensorflow/tfjs';
import type { Inputs, Objective } from '../../../src/core/objectives/objective.js';
import { makeRaeJacobian, type RaeJacobianRules } from '../../../src/core/objectives/rae/rae-jacobian.js';
import * as lossGradient from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { makeVae, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import type { Float64Program } from '../../../src/engine/program.js';
import type { Shape } from '../../arbitraries/autoencoders.js';
import { lossProgram, prefixed } from '../network/network.js';

/** Scalar inputs by name, and the hyper-parameters that are made of them. */
interface Scalars<Name extends string, Hyper> {
  readonly names: readonly Name[];
  readonly hyper: (inputs: Readonly<Record<Name, tf.Tensor>>) => Hyper;
  /** Tells programs of the same rules and objective apart. */
  readonly variant?: string;
  /** The one term of the objective that is the loss; all of it when not said. */
  readonly term?: string;
}

/**
 * The step of an objective on a shape, kept by its rules: outputs `loss`, `term.*`, `grad.*` (with respect to
 * every parameter and the code) and, where the objective counts them, `zeroDirections`. An objective that
 * samples has the input `noise` [B, d] too.
 */
export function stepProgram<Name extends string, Hyper>(
  rules: object,
  shape: Shape,
  objective: Objective<Hyper>,
  { names, hyper, variant = '', term }: Scalars<Name, Hyper>,
): Float64Program {
  const noise = objective.usesNoise && { noise: { shape: [shape.batch, shape.net.latent] } };
  return lossProgram(
    rules,
    shape,
    `${objective.name} ${variant} ${names} ${term ?? ''}`,
    ({ net, params, x, inputs }) => {
      const batch: Inputs = { x, ...(objective.usesNoise && { noise: inputs.noise! }) };
      const scalars = inputs as Readonly<Record<Name, tf.Tensor>>;
      const { loss, terms, zeroDirections } = objective.evaluate(net, params, batch, hyper(scalars));
      const aux = { ...prefixed('term', terms), ...(zeroDirections && { zeroDirections }) };
      return term === undefined ? { loss, aux } : { loss: terms[term]! };
    },
    { ...noise, ...Object.fromEntries(names.map(name => [name, { shape: [] }])) },
  );
}

const error = { rec: 'sum', beta: 0 } as const;

/** SAMBA with Sigma = alpha2 I: eq. (9)-(10). Input `alpha2`. */
export const sambaStep = (rules: SambaRules, shape: Shape): Float64Program =>
  stepProgram(rules, shape, makeSamba(rules), {
    names: ['alpha2'],
    hyper: ({ alpha2: fixed }) => ({ ...error, variance: { fixed } }),
  });

/** SAMBA with the covariance that the encoder gives. */
export const learnedSambaStep = (rules: SambaRules, shape: Shape): Float64Program =>
  stepProgram(rules, shape, makeSamba(rules), {
    names: [],
    hyper: () => ({ ...error, variance: 'learned' as const }),
  });

/** The RAE with the penalty lambda |grad_z L|: eq. (11)-(17). Input `lambda`. */
export const raeStep = (rules: lossGradient.RaeLossGradientRules, shape: Shape): Float64Program =>
  stepProgram(rules, shape, lossGradient.makeRaeLossGradient(rules), {
    names: ['lambda'],
    hyper: ({ lambda }) => ({ ...error, lambda }),
  });

/** The RAE with the penalty lambda |J_f|_F or lambda |J_f|_F^2: eq. (3) taken literally. Input `lambda`. */
export const jacobianStep = (rules: RaeJacobianRules, shape: Shape, power: 1 | 2): Float64Program =>
  stepProgram(rules, shape, makeRaeJacobian(rules), {
    variant: `power ${power}`,
    names: ['lambda'],
    hyper: ({ lambda }) => ({ ...error, lambda, power }),
  });

/** The VAE with Sigma = alpha2 I. Inputs `alpha2` and `noise`. */
export const vaeStep = (rules: VaeRules, shape: Shape): Float64Program =>
  stepProgram(rules, shape, makeVae(rules), {
    names: ['alpha2'],
    hyper: ({ alpha2: fixed }) => ({ ...error, variance: { fixed } }),
  });
