/**
 * @file VGR-19: with a linear decoder the optimal sparse representation is that of the principal components.
 */
import { linearTable } from '../../../src/core/net/table.js';
import { SPARSE_REPRESENTATION_RULES } from '../../../src/core/objectives/sparse/sparse-representation.js';
import { check, claim, draw, exact, fc, mat, wrong } from '../../kit.js';
import * as charges from '../../subjects/energy/charges.js';
import * as linear from '../../subjects/energy/linear-cases.js';
import { ERROR_WRONG, sparse } from '../../subjects/energy/sparse.js';

const SUBJECT = {
  sparse: SPARSE_REPRESENTATION_RULES,
  /** The least mean squared error of a linear decoder with so many latents. */
  least: (values: mat.Vector, latents: number) => mat.sum(values.slice(latents)),
};
type Subject = typeof SUBJECT;

const NETS = new Map<string, ReturnType<typeof linearTable>>();

/** mean |x - Wz|^2 of core for the columns of W, a row each, and codes for each datum. */
function errorOf(c: linear.LinearCase, { sparse: rules }: Subject, columns: mat.Matrix, codes: mat.Matrix) {
  const [d, samples] = [c.values.length, codes.length];
  const key = `${d} ${columns.length} ${samples}`;
  const net = NETS.get(key) ?? linearTable(d, columns.length, samples);
  NETS.set(key, net);
  const code = codes.flat();
  const params = { weight: mat.transpose(columns).flat(), code, logvar: code.map(() => 0) };
  const values = { params, x: linear.dataOf(c).flat() };
  return d * sparse(rules, net, values, charges.identity, charges.multiple(0)).loss;
}

/** The best codes for given columns. */
function project(c: linear.LinearCase, columns: mat.Matrix): number[][] {
  const inverse = mat.inverse(mat.multiply(columns, mat.transpose(columns)));
  return linear.dataOf(c).map(x => mat.apply(inverse, mat.apply(columns, x)));
}

const pca = check.equals<linear.LinearCase, Subject>({
  says: 'k principal components leave the sum of the other eigenvalues as their error: none for k = r, in any basis of their subspace',
  given: linear.linearCases,
  runs: 32,
  measure: (c, subject) => {
    const rank = linear.rankOf(c);
    const size = 1 + mat.sum(c.values);
    const leading = c.vectors.slice(0, rank);
    const turned = leading.map((u, k) => (k === 0 ? leading.reduce((sum, v) => mat.add(sum, v)) : u));
    const counts = Array.from({ length: rank }, (_, k) => k + 1);
    return [
      ...counts.map(k => {
        const columns = c.vectors.slice(0, k);
        const actual = errorOf(c, subject, columns, project(c, columns));
        return { what: `${k} latents`, actual, expected: subject.least(c.values, k), scale: size };
      }),
      {
        what: 'another basis',
        actual: errorOf(c, subject, turned, project(c, turned)),
        expected: subject.least(c.values, rank),
        scale: size,
      },
    ];
  },
});

const fewer = check.bound({
  says: 'with fewer than r latents no linear decoder reconstructs: whatever its columns and codes, at least the smallest eigenvalues are left',
  given: linear.linearCases
    .filter(c => linear.rankOf(c) > 1)
    .chain(c =>
      draw.record({
        c: fc.constant(c),
        nudge: draw.vector((linear.rankOf(c) - 1) * c.values.length, draw.normal()),
        reach: draw.logUniform({ min: 1 / 1024, max: 4 }),
      }),
    ),
  runs: 32,
  measure: ({ c, nudge, reach }, subject: Subject) => {
    const d = c.values.length;
    const columns = c.vectors
      .slice(0, linear.rankOf(c) - 1)
      .map((u, k) => mat.add(u, mat.scale(reach, nudge.slice(k * d, (k + 1) * d))));
    return {
      lower: subject.least(c.values, columns.length),
      upper: errorOf(c, subject, columns, project(c, columns)),
      scale: (1 + mat.sum(c.values)) * (1 + reach) ** 4,
    };
  },
});

export default claim({
  id: 'VGR-19',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, definition 1 and remark 1',
  tex: {
    printed:
      '\\text{the smallest subspace containing all of the data variance, i.e., the standard PCA solution}',
    corrected:
      '\\min_{W \\in \\mathbb R^{d \\times k},\\,z} \\tfrac1n\\sum_i\\|x_i - W z_i\\|^2 = \\sum_{i > k}\\lambda_i',
  },
  says: 'With a linear decoder the optimal sparse representation of definition 1 has exactly as many latents as the data have dimensions, those of the principal subspace in any basis: fewer leave at least the sum of the smallest eigenvalues.',
  verdict: exact(),
  objectives: ['sparse-representation'],
  subject: SUBJECT,
  checks: { pca, fewer },
  mutants: {
    ...wrong.formula(SUBJECT, 'least', {
      kept: ['the eigenvalues of the latents', (values, k) => mat.sum(values.slice(0, k))],
      oneMore: ['one latent for none', (values, k) => mat.sum(values.slice(k + 1))],
      average: ['the mean of the eigenvalues', (values, k) => mat.sum(values.slice(k)) / values.length],
    }),
    ...wrong.rules(SUBJECT, 'sparse', ERROR_WRONG),
  },
});
