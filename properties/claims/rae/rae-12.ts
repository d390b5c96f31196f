/**
 * @file RAE-12: dropout on the codes is a penalty on the decoder's columns, weighted by the codes, where it
 * is linear.
 */
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, conditional, mat, wrong } from '../../kit.js';
import { decodePlain, plainSamples } from '../../subjects/rae/plain-network.js';

const SUBJECT = {
  /**
   * What dropout with the keep probability p adds to the squared error, from |J_k|^2 and z_k^2 of each
   * latent.
   */
  penalty: (squares: mat.Vector, codes: mat.Vector, p: number) => ((1 - p) / p) * mat.dot(squares, codes),
  /** What is kept, divided by p. */
  kept: (z: number, p: number) => z / p,
};
type Subject = typeof SUBJECT;

const KEEP = [0.9, 0.5, 0.2];

/**
 * Mean over the data of E|x - D(m z / p)|^2 over all masks m, of |x - D(z)|^2 and the penalty; and their
 * size.
 */
function dropped(network: AutoencoderCase, p: number, s: Subject) {
  const samples = plainSamples(network).map(({ x, y, z, decoderJacobian }) => {
    const errors = Array.from({ length: 2 ** z.length }, (_, mask) => {
      const kept = z.map((_, k) => ((mask >> k) & 1) === 1);
      const weight = kept.reduce((product, keep) => product * (keep ? p : 1 - p), 1);
      const code = z.map((value, k) => (kept[k] ? s.kept(value, p) : 0));
      return weight * mat.norm(mat.subtract(x, decodePlain(network, code).value)) ** 2;
    });
    const squares = mat.transpose(decoderJacobian, z.length).map(column => mat.norm(column) ** 2);
    const codes = z.map(value => value ** 2);
    return {
      noisy: mat.sum(errors),
      error: mat.norm(mat.subtract(x, y)) ** 2,
      penalty: s.penalty(squares, codes, p),
      size: (mat.norm(x) ** 2 + mat.norm(y) ** 2 + mat.dot(squares, codes)) / p,
    };
  });
  const mean = (key: 'noisy' | 'error' | 'penalty' | 'size'): number =>
    mat.sum(samples.map(sample => sample[key])) / samples.length;
  return { noisy: mean('noisy'), expected: mean('error') + mean('penalty'), size: mean('size') };
}

const linear = check.equals<AutoencoderCase, Subject>({
  says: 'for a linear decoder dropout of keep probability p adds (1 - p)/p sum z_k^2 |J_k|^2, at every p',
  given: everyShape(SHAPES.linear),
  runs: 16,
  measure: (network, s) =>
    KEEP.map(p => {
      const { noisy: actual, expected, size: scale } = dropped(network, p, s);
      return { what: `p = ${p}`, actual, expected, scale };
    }),
});

const curved = check.violates<AutoencoderCase, Subject>({
  says: 'for a smooth one it does not: dropout is no small noise, and the curvature of the decoder counts',
  given: everyShape(SHAPES.smooth),
  runs: 12,
  measure: (network, s) => {
    const { noisy: actual, expected: claimed } = dropped(network, 0.5, s);
    return { claimed, actual, by: Math.abs(actual - claimed), scale: claimed + actual };
  },
});

export default claim({
  id: 'RAE-12',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, on implicit regularisation by dropout',
  tex: {
    printed:
      '\\text{implicit regularization in neural networks, through methods like batch normalization, dropout, etc.}',
    corrected:
      '\\mathbb E_m\\|x - D(m \\odot z/p)\\|^2 = \\|x - D(z)\\|^2 + \\tfrac{1-p}p\\sum_k z_k^2\\|J_k\\|^2 \\quad (D \\text{ linear})',
  },
  says: 'Dropout on the codes is, for a linear decoder, exactly a penalty on the columns of its Jacobian, each weighted by its squared code; for a smooth decoder it is not, dropout being no small noise.',
  verdict: conditional('the decoder is linear; whether dropout is enough in trainings was not run'),
  subject: SUBJECT,
  checks: { linear, curved },
  mutants: {
    ...wrong.formula(SUBJECT, 'penalty', {
      oddsForgotten: ['1 - p for (1 - p)/p', (squares, codes, p) => (1 - p) * mat.dot(squares, codes)],
      codesForgotten: ['|J|^2, whatever the codes', (squares, _, p) => ((1 - p) / p) * mat.sum(squares)],
      product: ['|J|^2 |z|^2', (squares, codes, p) => ((1 - p) / p) * mat.sum(squares) * mat.sum(codes)],
    }),
    ...wrong.formula(SUBJECT, 'kept', { unscaled: ['what is kept not divided by p', z => z] }),
  },
});
