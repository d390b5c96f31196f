/** @file VGR-21: with square roots for g and h eq. (7) is the square-root Lasso. */
import { linearTable } from '../../../src/core/net/table.js';
import { SPARSE_REPRESENTATION_RULES } from '../../../src/core/objectives/sparse/sparse-representation.js';
import { check, claim, draw, exact, mat, wrong } from '../../kit.js';
import * as charges from '../../subjects/energy/charges.js';
import { SPARSE_WRONG, sparse } from '../../subjects/energy/sparse.js';

const [DATA, LATENT] = [4, 3];

const SUBJECT = {
  sparse: SPARSE_REPRESENTATION_RULES,
  /** Of one datum: |x - Wz|/sqrt(d) + |z|_1/d. */
  lasso: (residual: mat.Vector, code: mat.Vector) =>
    mat.norm(residual) / Math.sqrt(DATA) + mat.sum(code.map(Math.abs)) / DATA,
  /** Of several: Frobenius norm and the norms of the latents. */
  group: (residuals: mat.Matrix, codes: mat.Matrix) => {
    const norms = mat.transpose(codes).map(mat.norm);
    return (mat.norm(residuals.flat()) / Math.sqrt(DATA) + mat.sum(norms) / DATA) / Math.sqrt(codes.length);
  },
};
type Subject = typeof SUBJECT;

const NETS = [1, 4].map(samples => linearTable(DATA, LATENT, samples));

const casesOf = (samples: number) =>
  draw
    .record({
      weight: draw.vector(DATA * LATENT, draw.normal()),
      codes: draw.vector(samples * LATENT, draw.normal()),
      x: draw.vector(samples * DATA, draw.normal()),
    })
    .map(({ weight, codes, x }) => ({
      weight: cut(weight, LATENT),
      codes: cut(codes, LATENT),
      x: cut(x, DATA),
    }))
    .filter(c => mat.norm(residualsOf(c).flat()) > 0.1);
type Case = { readonly weight: mat.Matrix; readonly codes: mat.Matrix; readonly x: mat.Matrix };

function cut(flat: mat.Vector, width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
}

function residualsOf({ weight, codes, x }: Case): number[][] {
  return codes.map((z, i) => mat.subtract(x[i]!, mat.apply(weight, z)));
}

/** Core's loss with square roots for both penalties, data and codes times a factor. */
const at = ({ weight, codes, x }: Case, { sparse: rules }: Subject, factor = 1): number => {
  const code = mat.scale(factor, codes.flat());
  const params = { weight: weight.flat(), code, logvar: code.map(() => 0) };
  const net = NETS[codes.length === 1 ? 0 : 1]!;
  return sparse(rules, net, { params, x: mat.scale(factor, x.flat()) }, charges.root, charges.root).loss;
};

const sizeOf = (c: Case): number =>
  1 + mat.norm(c.x.flat()) + mat.norm(c.weight.flat()) * mat.norm(c.codes.flat());

const single = check.equals<Case, Subject>({
  says: 'for one datum and a given dictionary the loss is |x - Wz|/sqrt(d) + |z|_1/d, the square-root Lasso of weight 1/sqrt(d)',
  given: casesOf(1),
  runs: 32,
  measure: (c, subject) => ({
    actual: at(c, subject),
    expected: subject.lasso(residualsOf(c)[0]!, c.codes[0]!),
    scale: sizeOf(c),
  }),
});

const several = check.equals<Case, Subject>({
  says: 'for several data it is the one with groups, a norm for each latent',
  given: casesOf(4),
  runs: 32,
  measure: (c, subject) => ({
    actual: at(c, subject),
    expected: subject.group(residualsOf(c), c.codes),
    scale: sizeOf(c),
  }),
});

const pivotal = check.equals<Case, Subject>({
  says: 'it is homogeneous of degree one, which makes its solutions independent of the scale of the noise',
  given: casesOf(4),
  runs: 16,
  measure: (c, subject) =>
    [1 / 8, 64].map(factor => ({
      what: `${factor}`,
      actual: at(c, subject, factor),
      expected: factor * at(c, subject),
      scale: factor * sizeOf(c),
    })),
});

export default claim({
  id: 'VGR-21',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 3.1, on g = h',
  tex: {
    printed: '\\text{The square-root Lasso can be viewed as a special case}',
    corrected:
      '\\mathcal L_{\\sqrt{\\cdot},\\sqrt{\\cdot}} = \\tfrac1{\\sqrt d}\\|x - Wz\\|_2 + \\tfrac1d\\|z\\|_1 \\quad (n = 1)',
  },
  says: 'With g = h = sqrt and a given linear decoder eq. (7) is the square-root Lasso for one datum and its group form for several, exactly, and homogeneous of degree one.',
  verdict: exact(),
  objectives: ['sparse-representation'],
  subject: SUBJECT,
  checks: { single, several, pivotal },
  mutants: {
    ...wrong.formula(SUBJECT, 'lasso', {
      ridge: ['|z|_2 for |z|_1', (residual, code) => SUBJECT.group([residual], [[mat.norm(code)]])],
      unscaled: [
        '|x - Wz|/d',
        (residual, code) => mat.norm(residual) / DATA + mat.sum(code.map(Math.abs)) / DATA,
      ],
      squared: [
        '|x - Wz|^2/d',
        (residual, code) => mat.norm(residual) ** 2 / DATA + mat.sum(code.map(Math.abs)) / DATA,
      ],
    }),
    ...wrong.formula(SUBJECT, 'group', {
      entries: [
        '|z|_1 over all data',
        (residuals, codes) =>
          SUBJECT.group(
            residuals,
            codes.map(row => [mat.sum(row.map(Math.abs))]),
          ),
      ],
    }),
    ...wrong.rules(SUBJECT, 'sparse', SPARSE_WRONG),
  },
});
