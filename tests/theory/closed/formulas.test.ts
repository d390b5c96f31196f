/**
 * @file Every formula that is shown evaluates to what the code in doubles gives, in doubles and in 64 digits.
 */
import * as assert from 'uvu/assert';
import { chiMoment } from '../../../src/theory/closed/chi.js';
import { circleObjective, circleOptimum } from '../../../src/theory/closed/circle-decoder.js';
import {
  evaluateFormula,
  FORMULAS,
  type FormulaName,
  formulaTex,
  type Value,
} from '../../../src/theory/closed/formulas.js';
import { klToStandard } from '../../../src/theory/closed/gaussian.js';
import {
  graeCovariance,
  graeGap,
  graeHadamardValue,
  graeLogDet,
  graeValue,
  precision,
  taylorValue,
} from '../../../src/theory/closed/grae.js';
import { powerSumMean } from '../../../src/theory/closed/power-sum.js';
import { ppcaNegativeLogLikelihood } from '../../../src/theory/closed/ppca.js';
import { quadraticReconstruction } from '../../../src/theory/closed/quadratic-decoder.js';
import { ridgeMean } from '../../../src/theory/closed/ridge.js';
import { cholesky } from '../../../src/theory/numerics/cholesky.js';
import { apply, combine, form, gram, norm, scale } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

interface Case {
  readonly scope: Readonly<Record<string, Value>>;
  readonly code: Value;
  /** mathjs has gamma in doubles only. */
  readonly doublesOnly?: true;
}

const beta = 0.3;
const J = [
  [1.5, -0.25],
  [0.5, 2],
  [-1, 0.125],
];
const S = [
  [0.5, 0.125],
  [0.125, 0.25],
];
const model = { residual: [0.5, -0.25, 1], mean: [0.75, -1.5], jacobian: J };
const local = { r: model.residual, h: model.mean, J, beta, d: 2 };
const A = gram(J);
const R = [
  [0.25, 0.5],
  [0.5, -0.75],
];
const P = precision(J, beta);
const g = [1, -2];
const H = [
  [2, 0.5],
  [0.5, -1],
];
const kappa = 0.75;
const whitened = form(g, S, g);
const step = apply(S, g);
const one = { residual: [0.5], mean: [0, 0], jacobian: [[1.5, -0.25]], hessians: [R] };
const w = [0.5, 0.25];
const c = 0.125;

/** E |w|^n over N(0, I_d) by the moments of the chi distribution, over the radius sqrt(d) to the n. */
const radialRatio = (d: number, n: number): number => chiMoment(d, n) / d ** (n / 2);

const CASES: Readonly<Record<FormulaName, Case>> = {
  grae: { scope: local, code: graeValue(model, beta) },
  graeHadamard: { scope: local, code: graeHadamardValue(model, beta) },
  taylor: { scope: { ...local, S }, code: taylorValue(model, S, beta) },
  graeCovariance: { scope: { J, beta, d: 2 }, code: graeCovariance(J, beta) },
  gap: { scope: { P, S, beta, d: 2 }, code: graeGap(J, S, beta) },
  gapPrinted: {
    // One latent, where the determinant is the number itself.
    scope: { J: [[2]], S: [[0.5]], beta, d: 1 },
    code: (beta / 2) * (1 + 2 / beta - Math.log(2 / beta)),
  },
  graeFirstOrderGap: {
    scope: { A, R },
    code: (logDetOf(combine(1, A, -1, R)) - logDetOf(A)) / 2,
  },
  quadraticReconstruction: {
    scope: { r: 0.5, j: [1.5, -0.25], Q: R, S },
    code: quadraticReconstruction(one, S),
  },
  circleGap: { scope: { rho: 2, beta: 2 ** -4 }, code: -(2 ** -8) / 32 },
  kl: { scope: { h: model.mean, S, d: 2 }, code: klToStandard(model.mean, cholesky(S)) },
  ppca: {
    scope: { x: model.residual, W: J, beta, D: 3 },
    code: ppcaNegativeLogLikelihood(model.residual, J, beta),
  },
  ellipsoidMaximiser: { scope: { g, Sigma: S, p: 2 }, code: scale(Math.sqrt(2 / whitened), step) },
  samPenalised: { scope: { L: 1.25, g, Sigma: S, kappa }, code: 1.25 + kappa * Math.sqrt(whitened) },
  samResidual: {
    scope: { g, Sigma: S, H, kappa },
    code: ((kappa ** 2 / 2) * form(step, H, step)) / whitened,
  },
  mfviPenalised: { scope: { L: 1.25, Sigma: S, H }, code: 1.25 + (0.5 * 2 + 0.125 + 0.25 * -1) / 2 },
  sineMean: {
    scope: { a: g, b: c, w, Sigma: S },
    code: ridgeMean({ kind: 'sin', terms: [{ c: 1, a: g, b: c }] }, w, S),
  },
  quarticRatio: { scope: { d: 5 }, code: radialRatio(5, 4) },
  sexticRatio: { scope: { d: 5 }, code: radialRatio(5, 6) },
  exponentialLogRatio: {
    scope: { d: 3, c },
    // E exp(c x^2) by its series of moments, one coordinate at a time.
    code: 3 * (Math.log(seriesMean(c)) - c),
  },
  lipschitzExcess: { scope: { G: 2, rho: 0.5, d: 4 }, code: Math.SQRT2 / 8 },
  chiMean: { scope: { d: 7 }, code: chiMoment(7, 1), doublesOnly: true },
};

function logDetOf(a: readonly (readonly number[])[]): number {
  return cholesky(a).reduce((sum, row, i) => sum + 2 * Math.log(row[i]!), 0);
}

function seriesMean(coefficient: number): number {
  let sum = 0;
  let factorial = 1;
  for (let n = 0; n < 60; n++) {
    sum += powerSumMean({ terms: [{ c: coefficient ** n / factorial, a: [1], b: 0, n: 2 * n }] }, [0], [[1]]);
    factorial *= n + 1;
  }
  return sum;
}

const distance = (a: Value, b: Value): number => {
  const [x, y] = [[a].flat(3), [b].flat(3)] as [number[], number[]];
  assert.is(x.length, y.length);
  return norm(x.map((value, i) => value - y[i]!)) / norm(y);
};

const test = suite('theory/closed/formulas');

for (const name of Object.keys(FORMULAS) as FormulaName[]) {
  test(`${name} is what the code computes`, () => {
    const { scope, code, doublesOnly } = CASES[name];
    assert.equal(Object.keys(scope).sort(), Object.keys(FORMULAS[name].variables).sort());
    assert.ok(distance(evaluateFormula(name, scope), code) < 1e-13);
    if (!doublesOnly) assert.ok(distance(evaluateFormula(name, scope, 'digits'), code) < 1e-14);
  });
}

test('TeX comes from the expression', () => {
  assert.is(formulaTex('graeCovariance'), '\\left( I+\\frac{{ J}^\\top\\cdot J}{\\beta}\\right)^{-1}');
  for (const name of Object.keys(FORMULAS) as FormulaName[]) {
    const tex = formulaTex(name);
    assert.is(tex.split('{').length, tex.split('}').length);
    assert.not.match(tex, /mathrm|cdot[A-Za-z]/);
  }
});

test('the constant of the circle decoder is that of its closed form', () => {
  const b = 2 ** -12;
  const grae = (b / 2) * graeLogDet([[1]], b);
  const gap = circleObjective(1, 0, circleOptimum(1, b), b) - grae;
  assert.ok(Math.abs(gap / (evaluateFormula('circleGap', { rho: 1, beta: b }) as number) - 1) < 1e-3);
});

test('the digits are digits: what cancels in doubles does not in 64 digits', () => {
  const tiny = 2 ** -40;
  const exact = graeLogDet([[tiny], [tiny]], 1) / 2;
  assert.ok(
    distance(
      evaluateFormula('grae', { r: [0], h: [0], J: [[tiny], [tiny]], beta: 1, d: 1 }, 'digits'),
      exact,
    ) < 1e-15,
  );
});

test.run();
