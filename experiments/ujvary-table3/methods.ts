/** @file The methods of table 3 with their hyper-parameters (Ujváry et al. 2022, section 6). */
import {
  type ClassifierMethod,
  methodOf,
  PLAIN,
  variationalSamMethod,
} from '../../src/core/classifier-step.js';
import { makeAsam } from '../../src/core/objectives/sam/asam.js';
import { makeFisherSam } from '../../src/core/objectives/sam/fisher-sam.js';
import { makeRandomSam } from '../../src/core/objectives/sam/random-sam.js';
import { makeSam } from '../../src/core/objectives/sam/sam.js';
import {
  VARIATIONAL_SAM_RULES,
  type VariationalSamRules,
} from '../../src/core/variational/variational-sam.js';
import { constant } from '../../src/engine/ops.js';

export const METHODS = ['sgd', 'random-sam', 'sam', 'vsam', 'asam', 'fisher-sam'] as const;
export type Method = (typeof METHODS)[number];

export type DataName = 'cifar10' | 'cifar100';

/** Radius of SAM; RandomSAM's noise and variational SAM's first variances have the same expected length. */
export const RHO = 0.05;

const ASAM = { cifar10: { rho: 0.5, eta: 0.01 }, cifar100: { rho: 1, eta: 0.1 } };
const FISHER_SAM = { rho: 0.1, eta: 1 };

/** The learning rate of variational SAM's variances. */
const VARIANCE_RATE = 0.01;

/**
 * The optimiser's weight decay stands for the prior's pull on the mean, 1 / (N sigma0^2), and so fixes
 * sigma0^2: the paper does not give it.
 */
const DECAYED: VariationalSamRules = { ...VARIATIONAL_SAM_RULES, meanWeight: () => constant(0) };

/** @param examples - N, the number of training records */
export function methodFor(name: Method, data: DataName, examples: number, decay: number): ClassifierMethod {
  switch (name) {
    case 'sgd':
      return methodOf(PLAIN, undefined);
    case 'random-sam':
      return methodOf(makeRandomSam(), { rho: RHO });
    case 'sam':
      return methodOf(makeSam(), { rho: RHO });
    case 'vsam':
      return variationalSamMethod(DECAYED, { prior: 1 / (examples * decay), examples }, VARIANCE_RATE);
    case 'asam':
      return methodOf(makeAsam(), ASAM[data]);
    case 'fisher-sam':
      return methodOf(makeFisherSam(), FISHER_SAM);
  }
}

/** Backward passes of a step; the paper trains twice as long with one. */
export const passesOf = (name: Method): 1 | 2 => (name === 'sgd' || name === 'random-sam' ? 1 : 2);
