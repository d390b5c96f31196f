/** @file GRAE and the RAE with |J|_F^2 on linear decoders, as core trains them. */
import { makeRaeJacobian } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { type NoisyStep, noisyStep, sampling } from '../../../../src/studies/noisy-step.js';
import { mat } from '../../../kit.js';
import { type LocalCase, localModel, netOf, sizeOf, valuesOf } from '../../../subjects/vae/local-cases.js';
import { grae, posterior, type Step } from '../../../subjects/vae/step.js';
import type { Subject } from './controls.js';

const values = (c: LocalCase) => valuesOf(c, posterior(netOf(c), c.mean, mat.identity(c.mean.length)));

export const graeAt = (c: LocalCase, rules: Subject): Step => grae(rules.grae, netOf(c), values(c));

/** |x - g|^2 / 2 + lambda |J|_F^2 + beta/2 |h|^2 of core. */
export function raeAt(c: LocalCase, { rae, lambda }: Subject): NoisyStep {
  const hyper = { rec: 'half', lambda, power: 2 } as const;
  const objective = sampling(
    rae,
    makeRaeJacobian(rae),
    ({ beta }) => ({ ...hyper, beta: beta! }),
    `${lambda}`,
  );
  return noisyStep(objective, netOf(c), values(c), mat.zeros(c.mean.length));
}

export const frobenius = (j: mat.Matrix): number => mat.norm(j.flat()) ** 2;

/** |A|_F^2 */
export const gramNorm = (j: mat.Matrix, d: number): number => mat.norm(mat.gram(j, d).flat()) ** 2;

export const sizeWith = (c: LocalCase): number => sizeOf(c) + frobenius(c.weight);

/** The log det term of core's GRAE: the loss less what else is in it. */
export function graePenalty(c: LocalCase, rules: Subject): number {
  const { residual, mean } = localModel(c);
  return graeAt(c, rules).loss - mat.norm(residual) ** 2 / 2 - (c.beta / 2) * mat.norm(mean) ** 2;
}
