/** @file RAE-9: properties of EM for Gaussian mixtures, and of samples from them. */

import { COMPONENTS, EM_RULES, emStep } from '../../../../src/theory/density/em.js';
import { affineImage, fitGaussian, type Gaussian } from '../../../../src/theory/density/gaussian.js';
import { logLikelihood, type Mixture, momentsOf } from '../../../../src/theory/density/mixture.js';
import { check, claim, conditional, fc, mat } from '../../../kit.js';
import { type Affine, affines } from '../../../subjects/rae/density-cases.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { collapse, falls, floored, noLower } from './floor.js';
import { COUNT, cases, type EmCase, emCases, path, sizeOf, spreadOf, startOf } from './paths.js';
import { recovered, sampled } from './samples.js';

const STEPS = 5;

const monotone = check.bound<EmCase, Subject>({
  says: 'without a floor no step of EM lowers the log-likelihood',
  given: cases,
  runs: 12,
  measure: (c, s) => {
    const mixtures = path(c.points, startOf(c, 3), STEPS, 0, s);
    const values = mixtures.map(mixture => logLikelihood(mixture, c.points));
    return values.slice(1).map((upper, i) => ({
      what: `step ${i + 1}`,
      lower: values[i]!,
      upper,
      scale: sizeOf(c.points, mixtures[i + 1]!),
    }));
  },
});

const moments = check.equals<EmCase & { readonly floor: number }, Subject>({
  says: 'after every step the mixture has exactly the mean and the covariance of the data, divided by N, plus the floor',
  given: fc.tuple(cases, fc.constantFrom(0, 0.125)).map(([c, floor]) => ({ ...c, floor })),
  runs: 12,
  measure: (c, s) => {
    const data = fitGaussian(c.points);
    const expected = EM_RULES.floored(data, c.floor).covariance.flat();
    const scale = spreadOf(c.points);
    return path(c.points, startOf(c, 3), 3, c.floor, s)
      .slice(1)
      .flatMap((mixture, i) => {
        const { mean, covariance } = momentsOf(mixture);
        return [
          { what: `mean ${i}`, actual: mean, expected: data.mean, scale: Math.sqrt(scale) },
          { what: `covariance ${i}`, actual: covariance.flat(), expected, scale },
          { what: `weights ${i}`, actual: mat.sum(mixture.weights), expected: 1 },
        ];
      });
  },
});

const single = check.equals<EmCase, Subject>({
  says: 'one component is the closed-form Gaussian after one step, wherever it started; ten that coincide stay there',
  given: cases,
  runs: 12,
  measure: (c, s) => {
    const { mean, covariance } = fitGaussian(c.points);
    const far: Gaussian = { mean: mean.map(x => x + 3), covariance };
    const start = (n: number): Mixture => ({
      weights: new Array<number>(n).fill(1 / n),
      components: new Array<Gaussian>(n).fill(far),
    });
    const [one, ten] = [1, COMPONENTS].map(n => emStep(c.points, start(n), 0, s.rules).mixture);
    const size = spreadOf(c.points);
    const value = (mixture: Mixture): number => logLikelihood(mixture, c.points);
    return check.agree({
      mean: [one!.components[0]!.mean, mean, Math.sqrt(size)],
      covariance: [one!.components[0]!.covariance.flat(), covariance.flat(), size],
      ten: [value(ten!), value(one!), sizeOf(c.points, one!)],
    });
  },
});

const equivariant = check.equals<EmCase & { readonly map: Affine }, Subject>({
  says: 'under an invertible affine map of the codes the weights stay, the components go along, and the log-likelihood falls by N log |det|',
  given: fc.oneof(...[1, 2].map(d => fc.tuple(emCases(d), affines(d)).map(([c, map]) => ({ ...c, map })))),
  runs: 12,
  measure: ({ map, ...c }, s) => {
    const moved = c.points.map(x => mat.add(mat.apply(map.matrix, x), map.shift));
    const start = startOf(c, 2);
    const image = ({ weights, components }: Mixture): Mixture => ({
      weights,
      components: components.map(component => affineImage(component, map.matrix, map.shift)),
    });
    const last = path(c.points, start, 3, 0, s).at(-1)!;
    const there = path(moved, image(start), 3, 0, s).at(-1)!;
    const expected = image(last);
    // the condition of the map, and of what it acts on, enters each of three steps
    const size = sizeOf(c.points, last) + sizeOf(moved, there);
    return check.agree({
      weights: [there.weights, expected.weights, size],
      covariances: [
        there.components.flatMap(({ covariance }) => covariance.flat()),
        expected.components.flatMap(({ covariance }) => covariance.flat()),
        size * spreadOf(moved),
      ],
      'log-likelihood': [
        logLikelihood(there, moved),
        logLikelihood(last, c.points) - COUNT * map.logDeterminant,
        size * COUNT,
      ],
    });
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-9',
  paper: 'rae',
  source:
    'Ghosh et al. 2020 as summarised, ex-post density estimation with a mixture of 10 Gaussians; released code 9478b8f',
  tex: {
    printed: '\\text{a mixture of 10 Gaussians as } q_{\\delta}(z)',
    corrected:
      '\\log p_{t+1} \\ge \\log p_t - N\\sum_k \\pi_k\\,\\mathrm{KL}\\bigl(\\mathcal N(0, S_k)\\,\\|\\,\\mathcal N(0, S_k + \\epsilon I)\\bigr),\\qquad \\sum_k\\pi_k\\bigl(S_k + (m_k - \\bar z)(m_k - \\bar z)^\\top\\bigr) = \\tfrac1N\\sum_i (z_i - \\bar z)(z_i - \\bar z)^\\top',
  },
  says: 'EM raises the likelihood at every step and matches the mean and covariance of the codes exactly; with a floor on the covariances, without which the likelihood is unbounded, it matches them up to the floor and may lose likelihood, by an amount that is bounded.',
  verdict: conditional('monotone without a floor on the covariances; the likelihood is then unbounded'),
  findings: [
    {
      class: 'sharpened',
      title:
        "A mixture's likelihood is unbounded, and the usual floor breaks the monotonicity of EM by a bounded amount",
      quote: 'the authors use either a Gaussian or a mixture of 10 Gaussians as',
      place: 'summary, section Ex-post Density Estimation',
      says: 'Without a floor on the covariances EM raises the likelihood at every step, and a component on a datum raises it without bound; with one a step may lose at most N sum_k pi_k KL(N(0, S_k) || N(0, S_k + floor)).',
    },
  ],
  subject: SUBJECT,
  checks: { monotone, moments, single, equivariant, falls, floored, noLower, collapse, recovered, sampled },
  mutants: MUTANTS,
});
