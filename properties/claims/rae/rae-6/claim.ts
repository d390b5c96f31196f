/** @file RAE-6: what spectral normalisation bounds, for dense layers and for convolutions. */
import { check, claim, conditional, type fc, mat } from '../../../kit.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { largest } from './conv-matrices.js';
import { attained, convolutions, lipschitz, onTorus } from './convolutions.js';
import { advancing, afterwards, dense, held, invariant, unconverged } from './decoders.js';
import { estimate, type MatrixCase, matrices } from './estimate.js';

const ITERATIONS = [1, 3];

const below = check.bound<MatrixCase, Subject>({
  says: 'the estimate is at most the largest singular value, at every iteration and from every start, and never falls',
  given: matrices,
  runs: 8,
  measure: (c, s) => {
    const top = largest(c.matrix);
    const found = ITERATIONS.map(iterations => estimate(s, c, iterations).sigma);
    return found.map((sigma, i) => ({
      what: `${ITERATIONS[i]} iterations`,
      lower: sigma,
      upper: found[i + 1] ?? top,
      scale: top,
    }));
  },
});

/**
 * A start that is half along the leading singular vector and half along the next one, which is neither as
 * large nor small.
 */
const astray: fc.Arbitrary<MatrixCase> = matrices
  .map(({ matrix }) => ({ matrix, leading: mat.svd(mat.transpose(matrix)) }))
  .filter(({ leading: { values } }) => values[1]! > 0.3 * values[0]! && values[1]! < 0.95 * values[0]!)
  .map(({ matrix, leading: { right } }) => ({ matrix, start: mat.add(right[0]!, right[1]!) }));

const above = check.violates<MatrixCase, Subject>({
  says: 'so that a layer normalised with one iteration has a norm above 1',
  given: astray,
  runs: 8,
  measure: (c, s) => {
    const actual = largest(estimate(s, c, 1).normalised);
    return { claimed: 1, actual, by: actual - 1, scale: actual };
  },
});

const rate = check.equals<MatrixCase, Subject>({
  says: 'the estimate in closed form, its error falling with (sigma_2 / sigma_1)^4 per iteration; the layer has the norm sigma_1 / estimate; the vector that is carried on makes one iteration a step as good as several at once',
  given: matrices,
  runs: 8,
  measure: (c, s) => {
    const { values, right } = mat.svd(mat.transpose(c.matrix));
    const rank = Math.min(c.matrix.length, c.matrix[0]!.length);
    const parts = right.slice(0, rank).map(u => mat.dot(u, c.start));
    const carried = estimate(s, { ...c, start: estimate(s, c, 2).next }, 1);
    return [
      ...ITERATIONS.flatMap(iterations => {
        const seen = estimate(s, c, iterations);
        const expected = s.estimated(values.slice(0, rank), parts, iterations);
        // a start with hardly a part along the leading vectors magnifies its rounding
        const size = values[0]! * (mat.norm(c.start) / mat.norm(parts));
        return [
          { what: `${iterations} iterations`, actual: seen.sigma, expected, scale: size },
          {
            what: `norm after ${iterations}`,
            actual: largest(seen.normalised),
            expected: s.normalised(values[0]!, seen.sigma),
          },
        ];
      }),
      { what: 'carried', actual: carried.sigma, expected: estimate(s, c, 3).sigma },
    ];
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-6',
  paper: 'rae',
  source:
    'Ghosh et al. 2020 as summarised, RAE-SN (spectral normalisation, Miyato et al. 2018); released code 9478b8f',
  tex: {
    printed: '\\theta^{SN}_{\\ell} = \\frac{\\theta_{\\ell}}{s(\\theta_{\\ell})}',
    corrected:
      '\\hat s \\le s,\\ \\ \\|\\theta/\\hat s\\|_2 \\ge 1; \\qquad \\|K_r\\|_2 \\le \\|K*\\cdot\\|_{op} \\le \\sqrt{\\lceil k_h/s_h\\rceil\\lceil k_w/s_w\\rceil}\\,\\|K_r\\|_2',
  },
  says: 'Spectral normalisation makes dense layers 1-Lipschitz only once the power iteration has converged, for its estimate never exceeds the norm; a normalised convolution may have any norm between 1 and ceil(size/stride), for 4 x 4 kernels 4 with stride 1 and 2 with stride 2.',
  verdict: conditional(
    'dense layers, norm sigma_1 / estimate >= 1, are 1-Lipschitz at convergence only; convolutions have a norm between 1 and ceil(size / stride), both attained',
  ),
  findings: [
    {
      class: 'sharpened',
      changesUse: true,
      title:
        'The estimate never exceeds the norm, and a normalised convolution may have any norm up to ceil(size/stride)',
      quote:
        'spectral normalization normalizes weight matrices by an estimate of their largest singular values',
      place: 'summary, section Deterministic Regularized Autoencoders, Spectral normalization',
      says: 'A normalised dense layer has norm at least 1, and 1 once the power iteration has converged; a normalised 4 x 4 convolution may reach 4 at stride 1 and 2 at stride 2. Batch normalisation behind a layer undoes the bound.',
    },
  ],
  subject: SUBJECT,
  checks: {
    below,
    above,
    rate,
    convolutions,
    attained,
    lipschitz,
    onTorus,
    dense,
    invariant,
    held,
    unconverged,
    afterwards,
    advancing,
  },
  mutants: MUTANTS,
});
