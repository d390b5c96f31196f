/** @file Closed forms of numbers: in doubles, in 64 digits, their derivatives, and how they are shown. */
import * as assert from 'uvu/assert';
import { mathml } from '../../../src/report/html/math.js';
import {
  CIRCLE_OBJECTIVE,
  CIRCLE_OPTIMUM,
  CIRCLE_RECONSTRUCTION,
} from '../../../src/theory/closed/circle-decoder.js';
import { EFFECTIVE_ENERGY, EFFECTIVE_PENALTY } from '../../../src/theory/closed/effective-penalty.js';
import { ROTATION_EXCESS, SEGMENT_ENERGY } from '../../../src/theory/closed/energy-slices.js';
import { type Formula, formula } from '../../../src/theory/closed/formula.js';
import { KERNEL_EXPONENT, KERNEL_VOLUME } from '../../../src/theory/closed/gaussian-mmd.js';
import { RAE_KEPT, RAE_RECONSTRUCTED, RAE_STRENGTH } from '../../../src/theory/closed/linear-rae.js';
import { PROFILED_MINIMUM } from '../../../src/theory/closed/linear-vae.js';
import { KEPT_COST } from '../../../src/theory/closed/ppca.js';
import { SAMBA_VARIANCE, VAE_VARIANCE } from '../../../src/theory/closed/stationary-variance.js';
import { NORMAL_DIVERGENCE } from '../../../src/theory/closed/toy-landscape.js';
import { INVERSE_DEVIATION } from '../../../src/theory/closed/variational-sam.js';
import { suite } from '../../harness.js';

const ALL: Readonly<Record<string, Formula>> = {
  ...{ CIRCLE_RECONSTRUCTION, CIRCLE_OBJECTIVE, CIRCLE_OPTIMUM, EFFECTIVE_PENALTY, EFFECTIVE_ENERGY },
  ...{ ROTATION_EXCESS, SEGMENT_ENERGY, KERNEL_EXPONENT, KERNEL_VOLUME, PROFILED_MINIMUM, KEPT_COST },
  ...{ RAE_KEPT, RAE_RECONSTRUCTED, RAE_STRENGTH, SAMBA_VARIANCE, VAE_VARIANCE, NORMAL_DIVERGENCE },
  INVERSE_DEVIATION,
};

/** Numbers that are no special ones, and differ from variable to variable and from case to case. */
const scopeOf = ({ variables }: Formula, number: number): Record<string, number> =>
  Object.fromEntries(
    Object.keys(variables).map((name, i) => [name, 0.3 + ((7 * number + 3 * i + 1) % 11) / 8]),
  );

const CASES = [0, 1, 2, 3, 4, 5, 6];

const test = suite('theory/closed/formula');

for (const [name, form] of Object.entries(ALL)) {
  test(`${name} in doubles is mathjs's own value in 64 digits, to the rounding of its operations`, () => {
    for (const number of CASES) {
      const scope = scopeOf(form, number);
      const exact = form.digits(scope);
      const got = form.evaluate(scope);
      assert.ok(Math.abs(got - exact) <= 2 ** -47 * (Math.abs(exact) + 1), `${got} for ${exact}`);
    }
  });

  test(`${name} is shown as the LaTeX of its expression, which katex takes`, () => {
    assert.not.match(form.tex, /mathrm|log1p|expm1|cdot[A-Za-z]/);
    assert.match(mathml(form.tex), /<math/);
  });
}

test('derivatives agree with differences of the formula itself', () => {
  let compared = 0;
  for (const [name, form] of Object.entries(ALL)) {
    if (form.expression.includes('max(')) continue;
    for (const variable of Object.keys(form.variables)) {
      const scope = scopeOf(form, 2);
      const at = (t: number): number => form.digits({ ...scope, [variable]: scope[variable]! + t });
      const h = 2 ** -12;
      const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      const derivative = form.derivative(variable);
      const got = derivative.evaluate(scope);
      assert.ok(Math.abs(got - slope) <= 1e-9 * (1 + Math.abs(slope)), `${name} by ${variable}: ${got}`);
      assert.ok(Math.abs(got - derivative.digits(scope)) <= 1e-13 * (1 + Math.abs(got)));
      compared++;
    }
  }
  assert.ok(compared > 40);
});

test('what cancels is written without cancellation: small arguments keep their digits', () => {
  const s = 2 ** -50 / 3;
  const relative = (form: Formula, scope: Readonly<Record<string, number>>): number =>
    Math.abs(form.evaluate(scope) / form.digits(scope) - 1);
  assert.ok(relative(CIRCLE_RECONSTRUCTION, { rho: 1.5, s }) < 2 ** -51);
  assert.ok(relative(EFFECTIVE_ENERGY, { u: 1e-20 }) < 2 ** -50);
  assert.ok(relative(ROTATION_EXCESS, { t: 1e-9, lambda: 2, gamma: 0.5 }) < 2 ** -50);
  const plain = formula('cancels', 'rho^2 * (1 - exp(-s / 2))', { rho: '', s: '' });
  assert.ok(relative(plain, { rho: 1.5, s }) > 2 ** -10);
});

test('LaTeX of a formula', () => {
  assert.is(
    CIRCLE_OBJECTIVE.tex,
    '-{\\rho}^{2}\\cdot\\left(e^{\\frac{- s}{2}}-1\\right)+\\frac{\\beta}{2}\\cdot\\left({ h}^{2}+ ' +
      's-1-\\ln\\left( s\\right)\\right)',
  );
});

test('operators bind as in mathjs: powers first, to the right; division and difference to the left', () => {
  const x = { x: 3 };
  for (const [expression, value] of [
    ['-x^2', -9],
    ['2^x^2', 512],
    ['2 - x - 1', -2],
    ['12 / x / 2', 2],
    ['(2 - x) * 2', -2],
    ['x^-1 * 3', 1],
  ] as const) {
    const form = formula('binding', expression, { x: '' });
    assert.is(form.evaluate(x), value, expression);
    assert.is(form.digits(x), value, expression);
  }
});

test('what is no operation on the variables given is refused', () => {
  for (const expression of ['x + y', 'process', 'sinh(x)', 'x == 1', '[x, 1]', 'f(x) = x', "'x'"])
    assert.throws(
      () => formula('wrong', expression, { x: '' }),
      /^formula: '.+' is neither a variable nor an operation on numbers$/,
    );
});

test.run();
