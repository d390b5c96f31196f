/** @file VGR-8: as gamma goes to 0 the KL term charges log c - log gamma for each latent in use. */
import { linearTable } from '../../../../src/core/net/table.js';
import { GAMMA_VAE_RULES } from '../../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { SPARSE_REPRESENTATION_RULES } from '../../../../src/core/objectives/sparse/sparse-representation.js';
import { energy } from '../../../../src/studies/energy.js';
import {
  EFFECTIVE_ENERGY,
  EFFECTIVE_PENALTY,
  effectiveEnergy,
  effectivePenalty,
} from '../../../../src/theory/closed/effective-penalty.js';
import { asymptotic, check, claim, draw, fc, mat, quad, wrong } from '../../../kit.js';
import * as charges from '../../../subjects/energy/charges.js';
import { gammaControls } from '../../../subjects/energy/gamma-controls.js';
import { SPARSE_WRONG, sparse } from '../../../subjects/energy/sparse.js';
import * as model from './scale-cases.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  sparse: SPARSE_REPRESENTATION_RULES,
  /** What a latent of weight |w|^2 costs beside its energy m, the variance being the best. */
  cost: (weight: number, gamma: number) => Math.log1p(weight / gamma),
  /** The same with the energy, the scale being the best: a function of u = c / gamma. */
  penalty: effectivePenalty,
  /** What the energy of `active` latents of energies c and unit weights tends to, besides d log gamma. */
  limit: (active: mat.Vector, gamma: number) =>
    active.reduce((sum, c) => sum + Math.log(c) + 1 - Math.log(gamma), 0),
};
type Subject = typeof SUBJECT;

const finite = check.equals<model.Case, Subject>({
  says: 'linear decoder, best variances: L = E/gamma + d log gamma + sum log(1 + |w_k|^2/gamma) + sum m_k at every gamma (eq. (3) has kappa more), and no slope in the variances',
  given: model.cases,
  runs: 40,
  measure: (c, { gamma: rules, cost }) => {
    const found = model.at(c, rules);
    const expected =
      model.errorOf(c) / c.gamma +
      model.DATA * Math.log(c.gamma) +
      mat.sum(model.squares(c.weight).map(square => cost(square, c.gamma))) +
      mat.sum(model.energiesOf(c.code));
    const slope = found.gradient('logvar');
    return check.agree(
      { energy: [found.loss, expected], slope: [slope, new Float64Array(slope.length)] },
      model.sizeOf(c),
    );
  },
});

const scaled = check.equals<model.Case, Subject>({
  says: 'with the scale of each latent free too, it is charged psi(c_k/gamma), psi(u) = min_m log(1 + u/m) + m',
  given: model.cases,
  runs: 40,
  measure: (c, { gamma: rules, penalty }) => {
    const unit = model.normalised(c);
    const best = { ...c, ...model.rescaled(unit, model.bestScales(unit.energies, c.gamma)) };
    const charge = mat.sum(unit.energies.map(energy => penalty(energy / c.gamma)));
    return {
      actual: model.at(best, rules).loss,
      expected: model.errorOf(c) / c.gamma + model.DATA * Math.log(c.gamma) + charge,
      scale: model.sizeOf(best) + model.sizeOf(c),
    };
  },
});

const least = check.bound<model.Case, Subject>({
  says: 'no other scale does better',
  given: model.cases,
  runs: 40,
  measure: (c, { gamma: rules, penalty }) => {
    const unit = model.normalised(c);
    const other = model.bestScales(unit.energies, c.gamma).map((a, k) => a * c.stretch[k]!);
    const worse = { ...c, ...model.rescaled(unit, other) };
    const charge = mat.sum(unit.energies.map(energy => penalty(energy / c.gamma)));
    return {
      lower: model.errorOf(c) / c.gamma + model.DATA * Math.log(c.gamma) + charge,
      upper: model.at(worse, rules).loss,
      scale: model.sizeOf(worse) + model.sizeOf(c),
    };
  },
});

const limit = check.order<model.Sparse, Subject>({
  says: 'for a perfect reconstruction with rho latents in use the energy is (d - rho) log gamma + sum (log c_k + 1), up to gamma sum 1/c_k',
  given: draw.record({ c: model.cases, active: fc.constantFrom(1, 2, 3) }),
  order: 1,
  runs: 12,
  measure: (c, { gamma: rules, limit: expected }) => {
    const { energies, x, weight, code } = model.perfect(c);
    return {
      ladder: check.ladder(check.dyadic(Math.min(...energies), 4, 14), gamma => {
        const scales = energies.map(c => Math.sqrt(effectiveEnergy(c / gamma) / c));
        const all = [...scales, ...new Array<number>(model.LATENT - scales.length).fill(1)];
        const found = model.at({ ...model.rescaled({ weight, code }, all), x, gamma }, rules).loss;
        const size =
          16 *
          (model.DATA + model.LATENT) *
          (2 + Math.abs(Math.log(gamma)) + mat.sum(energies.map(c => Math.abs(Math.log(c)))));
        return {
          residual: found - model.DATA * Math.log(gamma) - expected(energies, gamma),
          scale: size + (8 * mat.norm([...x])) / Math.sqrt(gamma),
        };
      }),
      constant: mat.sum(energies.map(c => 1 / c)),
    };
  },
});

const ONE = linearTable(1, 1, 1);

const steep = check.order<number, Subject>({
  says: 'near u = 0 the charge is 2 sqrt(u) - u/2: of unbounded slope in the energy, of slope 2 / sqrt(gamma) in the norm of the code',
  given: draw.logUniform({ min: 0.5, max: 4 }),
  order: 2,
  runs: 8,
  measure: (from, { gamma: rules }) => ({
    ladder: check.ladder(check.dyadic(from, 3, 13), root => {
      // one datum, gamma = 1, code and weight of the best scale
      const a = Math.sqrt(effectiveEnergy(root ** 2)) / root;
      const params = { weight: [1 / a], code: [a * root], logvar: [-Math.log1p(a ** -2)] };
      const { loss } = energy(rules, ONE, { params, x: [root], gamma: 1 }, quad.sigmaPoints(1));
      return { residual: loss - 2 * root, scale: 8 };
    }),
    constant: -0.5,
  }),
});

const dropped = check.violates<number, Subject>({
  says: 'the dropped -rho log gamma is no irrelevant constant: for one latent of energy 1 against two of 1/4 the logarithms prefer the two by log 16, the VAE at gamma = 1e-8 the one by 16.6',
  given: { arbitrary: draw.logUniform({ min: 0.25, max: 4 }), examples: [1] },
  runs: 12,
  measure: (energy, { gamma: rules }) => {
    const claimed = Math.log(16) - Math.log(energy);
    const { difference } = model.supports(energy, 1e-8, rules);
    return { claimed, actual: difference, by: claimed - difference, scale: Math.abs(difference) + 100 };
  },
});

const degenerate = check.equals<number, Subject>({
  says: 'with h = log taken literally both are -infinity as soon as each leaves a latent unused: the limit objective cannot tell them apart',
  given: draw.logUniform({ min: 0.25, max: 4 }),
  runs: 8,
  measure: (energy, { sparse: rules }) =>
    [1, 2].map(used => {
      const { codes, weight, x } = model.supports(energy, 1, GAMMA_VAE_RULES);
      const params = {
        weight: weight(used),
        code: codes(used),
        logvar: mat.zeros(model.SAMPLES * model.LATENT),
      };
      const { loss } = sparse(rules, model.NET, { params, x }, charges.identity, charges.log);
      return { what: `${used} in use`, actual: Number(loss === -Infinity), expected: 1 };
    }),
});

export default claim({
  id: 'VGR-8',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, lemma 2',
  formulas: [EFFECTIVE_PENALTY, EFFECTIVE_ENERGY],
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
    ...wrong.formula(SUBJECT, 'cost', {
      costWithoutOne: ['log(|w|^2 / gamma)', (w, gamma) => Math.log(w / gamma)],
      costLinear: ['|w|^2 / gamma', (w, gamma) => w / gamma],
    }),
    ...wrong.formula(SUBJECT, 'penalty', {
      literalLog: ['the logarithm itself at finite gamma', Math.log],
      penaltyWithoutConstant: ['psi(u) - 1', u => effectivePenalty(u) - 1],
    }),
    ...wrong.formula(SUBJECT, 'limit', {
      supportForgotten: ['sum log c + 1 without -rho log gamma', active => SUBJECT.limit(active, 1)],
      constantForgotten: [
        'sum log c - rho log gamma',
        (active, gamma) => SUBJECT.limit(active, gamma) - active.length,
      ],
    }),
    ...gammaControls<Subject>(
      'gammaIsDeviation',
      'halfPrecision',
      'normaliserMissing',
      'klOnce',
      'logDeviation',
      'noNoise',
    ),
    ...wrong.rules(SUBJECT, 'sparse', SPARSE_WRONG, ['rowsForColumns']),
  },
});
