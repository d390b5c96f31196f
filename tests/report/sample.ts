/** @file A small result to format: one claim that passed, one that failed. */
import type { ClaimResult, VerifyResult } from '../../src/claims/result.js';
import { asymptotic, exact } from '../../src/claims/verdict.js';

const ORDER = { estimate: 2.0004, low: 1.998, high: 2.0021, expected: 2 };
const CONSTANT = { ratio: 0.99991, worst: 1e-3, tolerance: 0.01 };

export const PASSED: ClaimResult = {
  id: 'SAMBA-18',
  paper: 'samba',
  source: 'eq. (11)',
  says: 'the gradients agree to first order',
  tex: { printed: '\\nabla L', corrected: '\\nabla L + O(\\rho^2)' },
  formulas: [{ says: 'the ratio <r>', tex: '\\frac{1}{1+ g}' }],
  verdict: asymptotic(2, 'rho'),
  outcome: 'pass',
  order: ORDER,
  constant: CONSTANT,
  cases: 40,
  checks: [
    {
      name: 'z',
      says: 'order two',
      kind: 'order',
      outcome: 'pass',
      decision: 'pass',
      order: ORDER,
      constant: CONSTANT,
      demands: { runs: 40, pinned: 0, order: 2, constantTolerance: 0.01, ladders: 40, rungs: 6 },
      ladder: [0, 1, 2, 3, 4, 5].map(k => [2 ** -k, 3 * 4 ** -k] as const),
      cases: 40,
      detects: { error: 3e-6, of: 'gradient' },
    },
  ],
  mutants: {
    killed: 3,
    equivalent: 1,
    total: 4,
    list: [
      { name: 'noDetach', says: 'the step is not detached', killedBy: ['z'] },
      { name: 'sigma', says: 'Sigma for its root', killedBy: ['z'] },
      { name: 'radius', says: 'no sqrt d', killedBy: ['z'] },
      { name: 'scaled', says: 'another scale of the norm', killedBy: [], equivalent: 'c|g/c| = |g|' },
    ],
  },
  replay: 'flat1.a',
  seconds: 1,
};

const { order: _, constant: __, ...WITHOUT_ORDER } = PASSED;

export const FAILED: ClaimResult = {
  ...WITHOUT_ORDER,
  id: 'KP-14',
  paper: 'kumar-poole',
  verdict: exact(),
  outcome: 'fail',
  checks: [
    {
      name: 'value',
      says: 'the minimum is GRAE',
      kind: 'equals',
      outcome: 'fail',
      demands: { runs: 100, pinned: 3, parts: 1, ulps: 64 },
      cases: 3,
      failure: { case: '{ d: 1 } & <script>', expected: '1', measured: '2' },
      note: 'a note',
    },
    {
      name: 'gradient',
      says: 'so is its gradient',
      kind: 'equals',
      outcome: 'pass',
      demands: { runs: 34, pinned: 3, parts: 1, ulps: 64 },
      cases: 37,
      worst: 0.5,
    },
  ],
  mutants: {
    killed: 1,
    equivalent: 1,
    total: 3,
    list: [
      { name: 'half', says: 'no half', killedBy: ['gradient'] },
      { name: 'alive', says: 'something', killedBy: [] },
      { name: 'same', says: 'equal by Sylvester', killedBy: ['gradient'], equivalent: 'proof' },
    ],
  },
  replay: 'flat1.b',
};

export const RESULT: VerifyResult = {
  schema: 1,
  claims: [PASSED, FAILED],
  passed: 1,
  failed: 1,
  inconclusive: 0,
  run: {
    engine: 'float64',
    seed: 5,
    alpha: 1e-6,
    versions: { flatcheck: '0.1.0', node: '20' },
    commit: null,
    digest: 'd',
    code: 'c',
    registry: 'r',
    integrity: {},
    rules: { precision: 0.05 },
  },
};
