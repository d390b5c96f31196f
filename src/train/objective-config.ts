/** @file The objective of a configuration: its name and exactly the hyper-parameters that it takes. */
import type { Variance } from '../core/objectives/objective.js';
import {
  type HyperOf,
  OBJECTIVES,
  type ObjectiveName,
  type ObjectiveSpec,
} from '../core/objectives/table.js';
import { type Fields, nonNegative, oneOf, positive, positiveInteger } from './fields.js';

const NAMES = Object.keys(OBJECTIVES) as ObjectiveName[];

const rec = (fields: Fields) => fields.get('rec', oneOf('sum', 'half', 'mean'));
const beta = (fields: Fields): number => fields.get('beta', nonNegative);
const lambda = (fields: Fields): number => fields.get('lambda', nonNegative);

/** `"learned"` or `{"fixed": alpha^2}`. */
function variance(fields: Fields): Variance {
  if (fields.raw('variance') === 'learned') return 'learned';
  const inner = fields.within('variance');
  return inner.end({ fixed: inner.get('fixed', positive) });
}

const vaeSam = (fields: Fields) => ({
  klCoeff: fields.get('klCoeff', nonNegative),
  alpha2: fields.get('alpha2', positive),
});

const HYPER: { readonly [K in ObjectiveName]: (fields: Fields) => HyperOf[K] } = {
  vae: fields => ({ rec: rec(fields), beta: beta(fields), variance: variance(fields) }),
  samba: fields => ({ rec: rec(fields), beta: beta(fields), variance: variance(fields) }),
  'rae-loss-gradient': fields => ({ rec: rec(fields), beta: beta(fields), lambda: lambda(fields) }),
  'rae-jacobian': fields => ({
    rec: rec(fields),
    beta: beta(fields),
    lambda: lambda(fields),
    power: fields.get('power', oneOf<1 | 2>(1, 2)),
  }),
  'rae-l2': fields => ({ rec: rec(fields), beta: beta(fields), lambda: lambda(fields) }),
  'rae-ghosh-code': fields => ({ rec: rec(fields), beta: beta(fields), lambda: lambda(fields) }),
  'rae-pythae': fields => ({ rec: rec(fields), beta: beta(fields), lambda: lambda(fields) }),
  rae: fields => ({ rec: rec(fields), beta: beta(fields) }),
  'beta-vae': fields => ({ beta: beta(fields), variance: variance(fields) }),
  'beta-vae-taylor': fields => ({ beta: beta(fields), variance: variance(fields) }),
  'beta-vae-bernoulli': fields => ({ beta: beta(fields), variance: variance(fields) }),
  'beta-vae-taylor-bernoulli': fields => ({ beta: beta(fields), variance: variance(fields) }),
  grae: fields => ({ beta: fields.get('beta', positive) }),
  'grae-hadamard': fields => ({ beta: fields.get('beta', positive) }),
  'grae-sampled': fields => ({
    beta: fields.get('beta', positive),
    columns: fields.get('columns', positiveInteger),
  }),
  'gamma-vae': fields => ({ gamma: fields.get('gamma', positive), variance: variance(fields) }),
  'gamma-vae-closed': fields => ({ variance: variance(fields) }),
  'gamma-vae-learned': fields => ({ variance: variance(fields) }),
  'vae-sam-samba': vaeSam,
  'vae-sam-samba-learned': fields => ({ klCoeff: fields.get('klCoeff', nonNegative) }),
  'vae-sam-rae': vaeSam,
};

/** Reads `{"name": "samba", "rec": "sum", ...}`. */
export function readObjective(fields: Fields): ObjectiveSpec {
  const name = fields.get('name', oneOf(...NAMES));
  return fields.end({ name, ...HYPER[name](fields) } as ObjectiveSpec);
}

/** Whether the objective needs a network that learns its posterior's variance. */
export const learnsVariance = (spec: ObjectiveSpec): boolean =>
  spec.name === 'vae-sam-samba-learned' || ('variance' in spec && spec.variance === 'learned');

/** Whether the decoder must give logits: any numbers, not those of a sigmoid. */
export const needsLogits = (spec: Pick<ObjectiveSpec, 'name'>): boolean =>
  OBJECTIVES[spec.name].logits === true;

/** Objectives that take the decoder's Jacobian or columns of it, on a batch tiled once for each: samples must not mix. */
const JACOBIAN: readonly ObjectiveName[] = [
  'rae-jacobian',
  'beta-vae-taylor',
  'beta-vae-taylor-bernoulli',
  'grae',
  'grae-hadamard',
  'grae-sampled',
];

/** Whether the objective needs a network that treats the samples of a batch one by one. */
export const needsJacobian = (spec: Pick<ObjectiveSpec, 'name'>): boolean => JACOBIAN.includes(spec.name);
