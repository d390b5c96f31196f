/**
 * @file Closed forms of vectors and matrices as mathjs expressions, evaluated in doubles or in 64 digits. A
 * test compares each with the code that the claims use, which is made for speed and small errors; forms of
 * numbers alone are their own code (`formula.ts`).
 */
import math from 'mathjs/lib/browser/math.js';
import { texOf } from './tex.js';

interface MatrixFormula {
  readonly expression: string;
  /** What each variable stands for. */
  readonly variables: Readonly<Record<string, string>>;
  readonly source: string;
}

const KP = 'Kumar & Poole 2020';
const U = 'Ujváry et al. 2022';
const SAMBA = 'Reizinger & Huszár 2023';

const LOCAL = {
  r: 'residual x - g(h)',
  h: 'posterior mean',
  J: 'Jacobian of the decoder at h',
  beta: 'weight of the KL',
  d: 'number of latents',
};
const COVARIANCE = { S: 'posterior covariance' };
const ELLIPSOID = { g: 'gradient', Sigma: 'covariance' };

export const FORMULAS = {
  grae: {
    expression:
      'norm(r)^2 / 2 + beta / 2 * norm(h)^2 + beta / 2 * log(det(identity(d) + transpose(J) * J / beta))',
    variables: LOCAL,
    source: `${KP}, eq. (13)`,
  },
  graeHadamard: {
    expression:
      'norm(r)^2 / 2 + beta / 2 * norm(h)^2 + beta / 2 * log(prod(diag(identity(d) + transpose(J) * ' +
      'J / beta)))',
    variables: LOCAL,
    source: `${KP}, eq. (14)`,
  },
  taylor: {
    expression:
      'norm(r)^2 / 2 + trace(transpose(J) * J * S) / 2 + beta / 2 * (norm(h)^2 + trace(S) - log(det(S)) - d)',
    variables: { ...LOCAL, ...COVARIANCE },
    source: `${KP}, eq. (7)`,
  },
  graeCovariance: {
    expression: 'inv(identity(d) + transpose(J) * J / beta)',
    variables: { J: LOCAL.J, beta: LOCAL.beta, d: LOCAL.d },
    source: `${KP}, eq. (11)`,
  },
  gap: {
    expression: 'beta / 2 * (trace(P * S) - log(det(P * S)) - d)',
    variables: { P: 'identity plus J^T J / beta', ...COVARIANCE, beta: LOCAL.beta, d: LOCAL.d },
    source: `${KP}, section 7, corrected`,
  },
  gapPrinted: {
    expression:
      'beta / 2 * (trace(identity(d) + transpose(J) * J * S / beta) - log(abs(det(identity(d) + ' +
      'transpose(J) * J * S / beta) - d)))',
    variables: { J: LOCAL.J, ...COVARIANCE, beta: LOCAL.beta, d: LOCAL.d },
    source: `${KP}, section 7, as printed`,
  },
  graeFirstOrderGap: {
    expression: 'log(det((A - R) * inv(A))) / 2',
    variables: { A: 'J^T J', R: 'Hessians of the outputs, weighted by the residual' },
    source: `${KP}, eq. (13) against eq. (2)`,
  },
  quadraticReconstruction: {
    expression:
      'r^2 / 2 + (transpose(j) * S * j - r * trace(Q * S)) / 2 + (trace(Q * S)^2 + 2 * trace(Q * S * ' +
      'Q * S)) / 8',
    variables: { r: 'residual of one output', j: 'its gradient', Q: 'its Hessian', ...COVARIANCE },
    source: 'quadratic decoder',
  },
  circleGap: {
    expression: '-beta^2 / (8 * rho^2)',
    variables: { rho: 'radius of the circle', beta: LOCAL.beta },
    source: `circle decoder, ${KP}, eq. (13) against eq. (2)`,
  },
  kl: {
    expression: '(norm(h)^2 + trace(S) - log(det(S)) - d) / 2',
    variables: { h: LOCAL.h, ...COVARIANCE, d: LOCAL.d },
    source: 'KL of a Gaussian to the standard normal',
  },
  ppca: {
    expression:
      '(transpose(x) * inv(W * transpose(W) + beta * identity(D)) * x + log(det(W * transpose(W) + ' +
      'beta * identity(D))) + D * log(2 * pi)) / 2',
    variables: { x: 'datum', W: 'weights of the linear decoder', beta: LOCAL.beta, D: 'number of data' },
    source: 'probabilistic PCA',
  },
  ellipsoidMaximiser: {
    expression: 'sqrt(p) * Sigma * g / sqrt(transpose(g) * Sigma * g)',
    variables: { ...ELLIPSOID, p: 'number of parameters' },
    source: `${U}, eqs. (2)-(3)`,
  },
  samPenalised: {
    expression: 'L + kappa * sqrt(transpose(g) * Sigma * g)',
    variables: { L: 'loss', ...ELLIPSOID, kappa: 'radius of the ellipsoid in whitened coordinates' },
    source: `${U}, eq. (10)`,
  },
  samResidual: {
    expression: 'kappa^2 / 2 * (transpose(g) * Sigma * H * Sigma * g) / (transpose(g) * Sigma * g)',
    variables: { ...ELLIPSOID, H: 'Hessian', kappa: 'radius of the ellipsoid in whitened coordinates' },
    source: `${U}, eq. (10), its error`,
  },
  mfviPenalised: {
    expression: 'L + trace(Sigma * H) / 2',
    variables: { L: 'loss', Sigma: 'covariance', H: 'Hessian' },
    source: `${U}, eq. (14)`,
  },
  sineMean: {
    expression: 'exp(-transpose(a) * Sigma * a / 2) * sin(transpose(a) * w + b)',
    variables: { a: 'direction of the ridge', b: 'its offset', w: 'mean', Sigma: 'covariance' },
    source: 'Gaussian mean of a sine',
  },
  quarticRatio: {
    expression: '1 + 2 / d',
    variables: { d: 'dimension' },
    source: `${SAMBA}, eq. (9) and ${U}, section 4.1: mean over maximum of |w|^4`,
  },
  sexticRatio: {
    expression: '(1 + 2 / d) * (1 + 4 / d)',
    variables: { d: 'dimension' },
    source: `${SAMBA}, eq. (9) and ${U}, section 4.1: mean over maximum of |w|^6`,
  },
  exponentialLogRatio: {
    expression: 'd * (-log(1 - 2 * c) / 2 - c)',
    variables: { d: 'dimension', c: 'coefficient below one half' },
    source: `${SAMBA}, eq. (9) and ${U}, section 4.1: log of mean over maximum of exp(c |w|^2)`,
  },
  lipschitzExcess: {
    expression: 'sqrt(2) / 4 * G * rho / sqrt(d)',
    variables: { G: 'Lipschitz constant', rho: 'radius', d: 'dimension' },
    source: `${SAMBA}, eq. (9), corrected for Lipschitz losses`,
  },
  chiMean: {
    expression: 'sqrt(2) * gamma((d + 1) / 2) / gamma(d / 2)',
    variables: { d: 'dimension' },
    source: 'mean norm of a standard normal vector',
  },
} as const satisfies Record<string, MatrixFormula>;

export type FormulaName = keyof typeof FORMULAS;

/** A number, a vector or a matrix. */
export type Value = number | readonly number[] | readonly (readonly number[])[];

const doubles = math.create({});
const digits = math.create({ number: 'BigNumber', precision: 64 });

function exactly(value: Value): unknown {
  return typeof value === 'number' ? digits.bignumber(value) : value.map(entry => exactly(entry));
}

function asNumbers(result: unknown): Value {
  if (doubles.isMatrix(result)) return asNumbers(result.toArray());
  if (Array.isArray(result)) return result.map(asNumbers) as Value;
  return Number(result);
}

/**
 * Evaluates a formula. With `precision: 'digits'` in 64 decimal digits, rounded at the end (not for formulas
 * with gamma, which mathjs has in doubles only).
 */
export function evaluateFormula(
  name: FormulaName,
  scope: Readonly<Record<string, Value>>,
  precision: 'doubles' | 'digits' = 'doubles',
): Value {
  const { expression } = FORMULAS[name];
  const engine = precision === 'digits' ? digits : doubles;
  const entries = Object.entries(scope).map(([key, value]) => {
    const converted = precision === 'digits' ? exactly(value) : value;
    return [key, Array.isArray(converted) ? engine.matrix(converted as number[]) : converted] as const;
  });
  return asNumbers(engine.evaluate(expression, new Map(entries)));
}

/** The formula in LaTeX. */
export const formulaTex = (name: FormulaName): string => texOf(doubles.parse(FORMULAS[name].expression));
