import * as assert from 'uvu/assert';
import {
  variationalSamCovariance,
  variationalSamVariances,
} from '../../../src/theory/closed/variational-sam.js';
import { logDet } from '../../../src/theory/numerics/cholesky.js';
import { combine, diagonal, form, identity, scale, trace } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/variational-sam');

const PRIOR = { prior: 2, examples: 30 };

/** sqrt(p) sqrt(g'Sg) + (tr S / sigma0^2 - log det S) / (2N) */
const objective = (g: readonly number[], s: readonly (readonly number[])[]): number =>
  Math.sqrt(g.length) * Math.sqrt(form(g, s, g)) +
  (trace(s) / PRIOR.prior - logDet(s)) / (2 * PRIOR.examples);

for (const g of [[0.3], [1, -2], [0.5, 0, 1e-3]])
  test(`no covariance is better for g = ${g}`, () => {
    const [full, flat] = [variationalSamCovariance(g, PRIOR), diagonal(variationalSamVariances(g, PRIOR))];
    const [best, bestDiagonal] = [objective(g, full), objective(g, flat)];
    assert.ok(best <= bestDiagonal + 1e-15, 'full matrices include the diagonal ones');
    for (let i = 0; i < g.length; i++)
      for (const by of [-1e-3, 1e-3]) {
        const only = g.map((_, k) => (k === i ? 1 + by : 1));
        const near = diagonal(flat.map((row, k) => row[k]! * only[k]!));
        assert.ok(objective(g, near) > bestDiagonal, `variance ${i}`);
        const root = diagonal(only.map(Math.sqrt));
        const bent = full.map((row, a) => row.map((x, b) => root[a]![a]! * x * root[b]![b]!));
        assert.ok(objective(g, bent) > best, `scaled ${i}`);
      }
    for (const by of [-1e-3, 1e-3])
      assert.ok(objective(g, combine(1, full, by, full)) > best, 'larger or smaller');
  });

test('without a gradient it is the prior', () => {
  assert.equal(variationalSamVariances([0, 0], PRIOR), [2, 2]);
  assert.equal(
    variationalSamCovariance([0, 0], PRIOR),
    identity(2).map(row => scale(2, row)),
  );
});

test('one weight: full and diagonal are the same', () => {
  const [a, b] = [variationalSamCovariance([0.7], PRIOR)[0]![0]!, variationalSamVariances([0.7], PRIOR)[0]!];
  assert.ok(Math.abs(a / b - 1) < 1e-14, `${a} ${b}`);
});

test.run();
