/** @file UJV-16 (Table 1): which covariance makes each method of the SAM family. */

import { makeAsam } from '../../../../src/core/objectives/sam/asam.js';
import { makeFisherSam } from '../../../../src/core/objectives/sam/fisher-sam.js';
import { makeRandomSam } from '../../../../src/core/objectives/sam/random-sam.js';
import { makeSam } from '../../../../src/core/objectives/sam/sam.js';
import { makeVsam, VSAM_RULES } from '../../../../src/core/objectives/sam/vsam.js';
import { powerSumMean } from '../../../../src/theory/closed/power-sum.js';
import { ridgeGradient } from '../../../../src/theory/closed/ridge.js';
import { check, claim, conditional, draw, mat, quad } from '../../../kit.js';
import { powerLoss } from '../../../subjects/sam/losses.js';
import { polynomialSize, polynomials } from '../../../subjects/sam/polynomial-cases.js';
import { sizeOf } from '../../../subjects/sam/ridge-cases.js';
import { atRidge, convexRidges, diagonalCase, inUnits } from '../../../subjects/sam/weight-cases.js';
import { evolutionOn, meanFieldOn } from '../../../subjects/sam/weight-posteriors.js';
import { averaged } from '../../../subjects/sam/weighted-noise.js';
import { moveOn } from '../../../subjects/sam/weights.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { fisherInvariant, fisherPrinted } from './fisher.js';

const PRIOR = { prior: 1, examples: 1 };

const fields = (p: number) => ({
  f: draw.ridges(p, ['sin', 'cos']),
  rho: draw.logUniform({ min: 1e-3, max: 2 }),
  noise: draw.vector(p, draw.normal()),
});
const cases = draw.oneof([1, 2, 4], p => draw.record(fields(p)));
type Case = draw.Of<typeof cases>;

/** What a gradient that is nearly zero costs its direction, together with the size of the terms. */
function size({ f }: Case): number {
  const terms = sizeOf(diagonalCase(f, [1]));
  return (terms * (1 + terms)) / Math.max(mat.norm(ridgeGradient(f.ridge, f.point)), 2 ** -10);
}

const ETA = 0.25;

const rows = check.equals<Case, Subject>({
  says: 'SAM, ASAM and Fisher SAM are the step with Sigma = (rho^2/p) times I, diag(mu^2) and F^-1, and radius sqrt(p)',
  given: cases,
  runs: 30,
  measure: (c, s) => {
    const { f, rho } = c;
    const p = f.point.length;
    const at = atRidge(f);
    const unit = rho ** 2 / p;
    const general = (variances: mat.Vector) =>
      moveOn(
        VSAM_RULES,
        () => makeVsam(),
        at,
        { kappa: Math.sqrt(p) },
        { sigma2: mat.scale(unit, variances) },
      );
    const squares = ridgeGradient(f.ridge, f.point).map(g => g * g + ETA);
    const fisher = s.table.fisher(mat.diagonal(squares)).map((row, i) => row[i]!);
    const pairs = [
      ['SAM', moveOn(s.sam, () => makeSam(s.sam), at, { rho }), general(f.point.map(s.table.sam))],
      [
        'ASAM',
        moveOn(s.asam, () => makeAsam(s.asam), at, { rho, eta: 0 }),
        general(f.point.map(s.table.asam)),
      ],
      ['Fisher SAM', moveOn(s.fisher, () => makeFisherSam(s.fisher), at, { rho, eta: ETA }), general(fisher)],
    ] as const;
    return pairs.flatMap(([what, method, row]) => [
      { what: `${what}, loss`, actual: method.loss, expected: row.loss, scale: size(c) },
      { what, actual: method.gradient, expected: row.gradient, scale: size(c) },
    ]);
  },
});

const random = check.equals<Case, Subject>({
  says: 'RandomSAM is one sample of MFVI with Sigma = (rho^2/p) I and no KL: the same loss and direction from the same noise',
  given: cases,
  runs: 30,
  measure: (c, s) => {
    const { f, rho, noise } = c;
    const at = atRidge(f);
    const sampled = meanFieldOn(
      s.meanField,
      at,
      f.point.map(() => rho ** 2 / f.point.length),
      noise,
      PRIOR,
    );
    const moved = moveOn(s.random, () => makeRandomSam(s.random), at, { rho }, { noise });
    const terms = sizeOf(diagonalCase(f, [1])) * (1 + mat.norm(noise));
    return check.agree(
      { loss: [moved.loss, sampled.loss], direction: [moved.gradient, sampled.mean] },
      terms,
    );
  },
});

const meanFieldRow = check.equals({
  says: 'MFVI has the covariance diag(sigma_i^2), sigma_i the standard deviations: means of cubics are those of that Gaussian',
  given: draw.oneof([1, 2, 4], p =>
    draw.record({
      f: polynomials([3, 2, 2])(p),
      variances: draw.vector(p, draw.logUniform({ min: 1 / 16, max: 16 })),
    }),
  ),
  runs: 30,
  measure: ({ f, variances }, s: Subject) => {
    const at = { loss: powerLoss(f.polynomial), point: f.point };
    const points = quad.sigmaPoints(variances.length);
    return {
      actual: averaged(points, noise => [meanFieldOn(s.meanField, at, variances, noise, PRIOR).loss]),
      expected: [powerSumMean(f.polynomial, f.point, mat.diagonal(variances))],
      scale: polynomialSize(f, mat.diagonal(variances)),
    };
  },
});

const asamInvariant = check.equals({
  says: 'with diag(mu^2) the method does not see the units of the weights: mu = D phi gives the same loss and the direction D v',
  given: draw
    .oneof([2, 4], p =>
      draw.record({ ...fields(p), units: draw.vector(p, draw.logUniform({ min: 1 / 8, max: 8 })) }),
    )
    // a change of every weight's unit, signs included
    .map(c => ({ ...c, units: c.units.map((d, i) => (c.noise[i]! < 0 ? -d : d)) })),
  runs: 30,
  measure: (c, s: Subject) => {
    const { f, rho, units } = c;
    const [own, other] = [f, inUnits(f, units)].map(g =>
      moveOn(s.asam, () => makeAsam(s.asam), atRidge(g), { rho, eta: 0 }),
    );
    return check.agree({
      loss: [other!.loss, own!.loss, size(c)],
      direction: [other!.gradient.map((x, i) => x / units[i]!), own!.gradient, 8 * size(c)],
    });
  },
});

const collapse = check.bound({
  says: 'without a penalty the methods that learn Sigma shrink it to zero on convex losses: the gradient of E L by it is not negative',
  given: draw.oneof([1, 2], p =>
    draw.record({
      f: convexRidges(p),
      variances: draw.vector(p, draw.logUniform({ min: 1 / 64, max: 1 / 4 })),
    }),
  ),
  runs: 10,
  measure: ({ f, variances }, s: Subject) => {
    const points = quad.gaussianPoints(variances.length, 16);
    const found = averaged(
      points,
      noise => evolutionOn(s.evolution, atRidge(f), variances, noise, true).sigma2,
    );
    const terms = sizeOf(diagonalCase(f, variances));
    return found.map(x => ({ lower: 0, upper: x, scale: terms / Math.min(...variances) }));
  },
});

export default claim({
  id: 'UJV-16',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Table 1',
  tex: {
    asRead: true,
    printed:
      '\\Sigma:\\quad \\text{SAM } \\tfrac{\\rho^2}p I, \\quad \\text{ASAM } \\tfrac{\\rho^2}p\\operatorname{diag}(\\mu_i^2), \\quad \\text{FisherSAM } \\tfrac{\\rho^2}p\\operatorname{diag}(F(\\mu)), \\quad \\text{MFVI } \\operatorname{diag}(\\sigma_i)',
    corrected:
      '\\text{FisherSAM } \\tfrac{\\rho^2}p F(\\mu)^{-1}, \\qquad \\text{MFVI } \\operatorname{diag}(\\sigma_i^2)',
  },
  says: 'The table holds for SAM and RandomSAM, for MFVI with the variances sigma_i^2 and ASAM with the squares mu_i^2; Fisher SAM needs the inverse of the Fisher matrix, without which the step neither respects the Fisher ball nor is invariant under changes of the weights. Whether the cell prints F or its inverse cannot be read in the text at hand.',
  verdict: conditional(
    'the covariance of Fisher SAM is (rho^2/p) F^-1, of ASAM (rho^2/p) diag(mu_i^2), of MFVI diag(sigma_i^2): the exponents of that column of the table cannot be read in the text at hand',
  ),
  findings: [
    {
      class: 'misprint',
      title: 'The covariance of Fisher SAM is the inverse of the Fisher matrix',
      quote: 'diag(F(μ))',
      place: 'table 1, row Fisher SAM',
      asRead: true,
      says: 'One cell, badly readable in the text at hand, where exponents are lost: it may print F(μ)⁻¹. With F itself the step is not the one of Kim et al.: for F = diag(4, 1) and g = (1, 1) it has the squared Fisher length 13ρ² in place of ρ². With F⁻¹, and ASAM with the squares μ_i², the table is right.',
    },
  ],
  objectives: ['sam', 'asam', 'fisher-sam', 'random-sam', 'mean-field'],
  subject: SUBJECT,
  checks: {
    fisherPrinted,
    fisherInvariant,
    asamInvariant,
    rows,
    random,
    meanFieldRow,
    collapse,
  },
  mutants: MUTANTS,
});
