/** @file GRAE with Hadamard's bound for its log det (Kumar & Poole 2020, eq. 14). */
import { logDetIdentityPlusGram, logHadamardBound } from '../../log-determinant.js';
import { objective, wrong } from '../define.js';
import { evaluateGrae, GRAE_FIELDS, GRAE_MISTAKES, GRAE_RULES, GRAE_TERMS, type GraeRules } from './grae.js';

export const GRAE_HADAMARD_RULES: GraeRules = { ...GRAE_RULES, logDet: logHadamardBound };

/** The same with sum_k log(1 + |J_f[:, k]|^2 / beta) for the log det. */
export const GRAE_HADAMARD = objective({
  name: 'grae-hadamard',
  loss: '1/2 |x - f(mu_i)|^2 + beta/2 |mu_i|^2 + beta/2 sum_k log(1 + |J_k|^2 / beta)',
  hyper: GRAE_FIELDS,
  needs: { jacobian: true },
  terms: GRAE_TERMS,
  rules: GRAE_HADAMARD_RULES,
  evaluate: evaluateGrae,
  mistakes: {
    logDeterminant: wrong<GraeRules>('the log det in place of its Hadamard bound', {
      logDet: logDetIdentityPlusGram,
    }),
    ...GRAE_MISTAKES,
  },
  vector: { terms: ['penalty'] },
});

export const makeGraeHadamard = GRAE_HADAMARD.make;
