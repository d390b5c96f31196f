/** @file VGR-8: as gamma goes to 0 the KL term charges a logarithm for each latent in use, and -rho log gamma with it. */
import fc from 'fast-check';
import { bound } from '../../../../src/claims/checks/bound.js';
import { equals } from '../../../../src/claims/checks/equals.js';
import { order } from '../../../../src/claims/checks/order.js';
import { violates } from '../../../../src/claims/checks/violates.js';
import { claim, mutant } from '../../../../src/claims/claim.js';
import { dyadic, ladder } from '../../../../src/claims/order/case.js';
import { asymptotic } from '../../../../src/claims/verdict.js';
import { linearTable } from '../../../../src/core/net/table.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../../src/core/objectives/gamma-vae/gamma-vae.js';
import {
  SPARSE_REPRESENTATION_RULES,
  type SparseRepresentationRules,
} from '../../../../src/core/objectives/sparse/sparse-representation.js';
import { energy } from '../../../../src/studies/energy.js';
import { effectiveEnergy, effectivePenalty } from '../../../../src/theory/closed/effective-penalty.js';
import { sigmaPoints } from '../../../../src/theory/numerics/gauss-hermite.js';
import { norm, type Vector } from '../../../../src/theory/numerics/matrix.js';
import { logUniform } from '../../../arbitraries/numbers.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { gammaControls } from '../../../subjects/energy/gamma-controls.js';
import { identity, log, sparse, sparseControls } from '../../../subjects/energy/sparse.js';
import {
  at,
  bestScales,
  type Case,
  cases,
  DATA,
  energiesOf,
  errorOf,
  LATENT,
  NET,
  normalised,
  perfect,
  rescaled,
  SAMPLES,
  type Sparse,
  sizeOf,
  squares,
  sum,
  supports,
} from './scale-cases.js';

interface Subject {
  readonly gamma: GammaVaeRules;
  readonly sparse: SparseRepresentationRules;
  /** What a latent of weight |w|^2 costs beside its energy m, the variance being the best. */
  readonly cost: (weight: number, gamma: number) => number;
  /** The same with the energy, the scale being the best: a function of u = c / gamma. */
  readonly penalty: (u: number) => number;
  /** What the energy of `active` latents of energies c and unit weights tends to, besides d log gamma. */
  readonly limit: (active: Vector, gamma: number) => number;
}

const SUBJECT: Subject = {
  gamma: GAMMA_VAE_RULES,
  sparse: SPARSE_REPRESENTATION_RULES,
  cost: (weight, gamma) => Math.log1p(weight / gamma),
  penalty: effectivePenalty,
  limit: (active, gamma) => active.reduce((sum, c) => sum + Math.log(c) + 1 - Math.log(gamma), 0),
};

const finite = equals<Case, Subject>({
  says: 'linear decoder, best variances: L = E/gamma + d log gamma + sum log(1 + |w_k|^2/gamma) + sum m_k at every gamma (eq. (3) has kappa more), and no slope in the variances',
  given: { arbitrary: cases },
  runs: 40,
  measure: (c, { gamma: rules, cost }) => {
    const found = at(c, rules);
    const expected =
      errorOf(c) / c.gamma +
      DATA * Math.log(c.gamma) +
      sum(squares(c.weight).map(square => cost(square, c.gamma))) +
      sum(energiesOf(c.code));
    const slope = found.gradient('logvar');
    return [
      { what: 'energy', actual: found.loss, expected, scale: sizeOf(c) },
      { what: 'slope', actual: slope, expected: new Float64Array(slope.length), scale: sizeOf(c) },
    ];
  },
});

const scaled = equals<Case, Subject>({
  says: 'with the scale of each latent free too, it is charged psi(c_k/gamma), psi(u) = min_m log(1 + u/m) + m',
  given: { arbitrary: cases },
  runs: 40,
  measure: (c, { gamma: rules, penalty }) => {
    const unit = normalised(c);
    const best = { ...c, ...rescaled(unit, bestScales(unit.energies, c.gamma)) };
    const charge = sum(unit.energies.map(energy => penalty(energy / c.gamma)));
    return {
      actual: at(best, rules).loss,
      expected: errorOf(c) / c.gamma + DATA * Math.log(c.gamma) + charge,
      scale: sizeOf(best) + sizeOf(c),
    };
  },
});

const least = bound<Case, Subject>({
  says: 'no other scale does better',
  given: { arbitrary: cases },
  runs: 40,
  measure: (c, { gamma: rules, penalty }) => {
    const unit = normalised(c);
    const other = bestScales(unit.energies, c.gamma).map((a, k) => a * c.stretch[k]!);
    const worse = { ...c, ...rescaled(unit, other) };
    const charge = sum(unit.energies.map(energy => penalty(energy / c.gamma)));
    return {
      lower: errorOf(c) / c.gamma + DATA * Math.log(c.gamma) + charge,
      upper: at(worse, rules).loss,
      scale: sizeOf(worse) + sizeOf(c),
    };
  },
});

const limit = order<Sparse, Subject>({
  says: 'for a perfect reconstruction with rho latents in use the energy is (d - rho) log gamma + sum (log c_k + 1), up to gamma sum 1/c_k',
  given: {
    arbitrary: plainRecord({ c: cases, active: fc.constantFrom(1, 2, 3) }),
  },
  order: 1,
  runs: 12,
  measure: (of, { gamma: rules, limit: expected }) => {
    const { energies, x, weight, code } = perfect(of);
    return {
      ladder: ladder(dyadic(Math.min(...energies), 4, 14), gamma => {
        const scales = energies.map(c => Math.sqrt(effectiveEnergy(c / gamma) / c));
        const all = [...scales, ...new Array<number>(LATENT - scales.length).fill(1)];
        const found = at({ ...rescaled({ weight, code }, all), x, gamma }, rules).loss;
        const size =
          16 *
          (DATA + LATENT) *
          (2 + Math.abs(Math.log(gamma)) + sum(energies.map(c => Math.abs(Math.log(c)))));
        return {
          residual: found - DATA * Math.log(gamma) - expected(energies, gamma),
          scale: size + (8 * norm([...x])) / Math.sqrt(gamma),
        };
      }),
      constant: sum(energies.map(c => 1 / c)),
    };
  },
});

const ONE = linearTable(1, 1, 1);

const steep = order<number, Subject>({
  says: 'near u = 0 the charge is 2 sqrt(u) - u/2: of unbounded slope in the energy, of slope 2 / sqrt(gamma) in the norm of the code',
  given: { arbitrary: logUniform({ min: 0.5, max: 4 }) },
  order: 2,
  runs: 8,
  measure: (from, { gamma: rules }) => ({
    ladder: ladder(dyadic(from, 3, 13), root => {
      // one datum, gamma = 1, code and weight of the best scale
      const a = Math.sqrt(effectiveEnergy(root ** 2)) / root;
      const params = { weight: [1 / a], code: [a * root], logvar: [-Math.log1p(a ** -2)] };
      const { loss } = energy(rules, ONE, { params, x: [root], gamma: 1 }, sigmaPoints(1));
      return { residual: loss - 2 * root, scale: 8 };
    }),
    constant: -0.5,
  }),
});

const dropped = violates<number, Subject>({
  says: 'the dropped -rho log gamma is no irrelevant constant: for one latent of energy 1 against two of 1/4 the logarithms prefer the two by log 16, the VAE at gamma = 1e-8 the one by 16.6',
  given: { arbitrary: logUniform({ min: 0.25, max: 4 }), examples: [1] },
  runs: 12,
  measure: (energy, { gamma: rules }) => {
    const claimed = Math.log(16) - Math.log(energy);
    const { difference } = supports(energy, 1e-8, rules);
    return { claimed, actual: difference, by: claimed - difference, scale: Math.abs(difference) + 100 };
  },
});

const degenerate = equals<number, Subject>({
  says: 'with h = log taken literally both are -infinity as soon as each leaves a latent unused: the limit objective cannot tell them apart',
  given: { arbitrary: logUniform({ min: 0.25, max: 4 }) },
  runs: 8,
  measure: (energy, { sparse: rules }) =>
    [1, 2].map(used => {
      const { codes, weight, x } = supports(energy, 1, GAMMA_VAE_RULES);
      const params = {
        weight: weight(used),
        code: codes(used),
        logvar: new Array<number>(SAMPLES * LATENT).fill(0),
      };
      const { loss } = sparse(rules, NET, { params, x }, identity, log);
      return { what: `${used} in use`, actual: Number(loss === -Infinity), expected: 1 };
    }),
});

export default claim({
  id: 'VGR-8',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, lemma 2',
  tex: {
    printed:
      '\\lim_{\\gamma\\to 0} \\mathcal L = \\mathcal L_{g,h} \\text{ with } h = \\log, \\text{ up to irrelevant constants}',
    corrected:
      '\\mathcal L = \\tfrac1\\gamma E + (d - \\rho)\\log\\gamma + \\sum_{k \\text{ active}}(\\log c_k + 1) + \\gamma\\sum_{k \\text{ active}}\\tfrac1{c_k} + O(\\gamma^2)',
  },
  says: 'With variances and scales optimised the linear VAE charges psi(c/gamma) for each latent, which is a logarithm in the limit on a fixed support; the dropped term -rho log gamma depends on the support and dominates, and with a literal logarithm every solution with an unused latent is at minus infinity.',
  verdict: asymptotic(1, 'gamma'),
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { limit, finite, scaled, least, steep, dropped, degenerate },
  mutants: {
    costWithoutOne: mutant<Subject>('log(|w|^2 / gamma)', s => ({
      ...s,
      cost: (w, gamma) => Math.log(w / gamma),
    })),
    costLinear: mutant<Subject>('|w|^2 / gamma', s => ({ ...s, cost: (w, gamma) => w / gamma })),
    literalLog: mutant<Subject>('the logarithm itself at finite gamma', s => ({ ...s, penalty: Math.log })),
    penaltyWithoutConstant: mutant<Subject>('psi(u) - 1', s => ({
      ...s,
      penalty: u => effectivePenalty(u) - 1,
    })),
    supportForgotten: mutant<Subject>('sum log c + 1 without -rho log gamma', s => ({
      ...s,
      limit: active => SUBJECT.limit(active, 1),
    })),
    constantForgotten: mutant<Subject>('sum log c - rho log gamma', s => ({
      ...s,
      limit: (active, gamma) => SUBJECT.limit(active, gamma) - active.length,
    })),
    ...gammaControls<Subject>(
      'gammaIsDeviation',
      'halfPrecision',
      'normaliserMissing',
      'klOnce',
      'logDeviation',
      'noNoise',
    ),
    ...sparseControls<Subject>('rowsForColumns'),
  },
});
