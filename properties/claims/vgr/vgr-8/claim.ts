/**
 * @file VGR-8: the KL term charges each latent as log(c + gamma), up to 1, and log c + 1 as gamma goes to 0.
 */
import { linearTable } from '../../../../src/core/net/table.js';
import { GAMMA_VAE_RULES } from '../../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { energy } from '../../../../src/studies/energy.js';
import {
  EFFECTIVE_ENERGY,
  EFFECTIVE_PENALTY,
  effectiveEnergy,
} from '../../../../src/theory/closed/effective-penalty.js';
import { asymptotic, check, claim, draw, fc, mat, quad } from '../../../kit.js';
import * as charges from '../../../subjects/energy/charges.js';
import { sparse } from '../../../subjects/energy/sparse.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import * as model from './scale-cases.js';

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
    const { energies } = model.perfect(c);
    return {
      ladder: check.ladder(check.dyadic(Math.min(...energies), 4, 14), gamma => {
        const { loss, size } = model.perfectEnergy(c, gamma, rules);
        return { residual: loss - model.DATA * Math.log(gamma) - expected(energies, gamma), scale: size };
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

const rows = check.bound<model.Sparse & { gamma: number }, Subject>({
  says: 'what eq. (7) over all kappa rows with h = log(u + gamma) omits of the energy, besides (d - kappa) log gamma, lies between 0 and the number of rows in use, at every gamma',
  given: draw.record({
    c: model.cases,
    active: fc.constantFrom(1, 2, 3),
    gamma: draw.logUniform({ min: 1e-8, max: 100 }),
  }),
  runs: 24,
  measure: ({ gamma, ...c }, { gamma: rules, charged, omitted }) => {
    const found = model.perfectEnergy(c, gamma, rules);
    const energies = [...found.energies, ...mat.zeros(model.LATENT - found.energies.length)];
    const rest = found.loss - model.DATA * Math.log(gamma) - charged(energies, gamma);
    return check.below({ 'at least 0': [0, rest], 'at most': [rest, omitted(energies)] }, found.size);
  },
});

const plusRho = check.within<number, Subject>({
  says: 'so the two prefer alike but for the number in use: one latent of energy c against two of c/4, core has the same difference from eq. (7) over all rows, less 1, both log gamma + log 16 - log c to a constant (gamma = 1e-8)',
  given: { arbitrary: draw.logUniform({ min: 0.25, max: 4 }), examples: [1] },
  tolerance: 1e-6,
  runs: 12,
  measure: (energy, { gamma: rules, sparse: sparseRules, omitted }) => {
    const gamma = 1e-8;
    const { difference, values } = model.supports(energy, gamma, rules);
    const [one, two] = [1, 2].map(
      used =>
        model.DATA *
        sparse(sparseRules, model.NET, values(used), charges.identity, charges.logOf(gamma)).loss,
    );
    const inUse = (used: number): number => omitted(new Array<number>(used).fill(energy));
    return check.agree({
      rows: [difference - (one! - two!), inUse(1) - inUse(2)],
      VAE: [difference, Math.log(gamma) + Math.log(16) - Math.log(energy) - 1],
    });
  },
});

const degenerate = check.equals<number, Subject>({
  says: 'with h = log taken literally both are -infinity as soon as each leaves a latent unused: such solutions tie',
  given: draw.logUniform({ min: 0.25, max: 4 }),
  runs: 8,
  measure: (energy, { sparse: rules }) =>
    [1, 2].map(used => {
      const { values } = model.supports(energy, 1, GAMMA_VAE_RULES);
      const { loss } = sparse(rules, model.NET, values(used), charges.identity, charges.log);
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
      '\\lim_{\\gamma\\to 0}\\min_\\phi \\mathcal L \\text{ reduces to (7) with } g = \\mathcal I_\\infty \\text{ and } h = \\log, \\text{ excluding irrelevant constant factors}',
    asRead: true,
    corrected:
      '\\mathcal L = \\tfrac1\\gamma E + d\\log\\gamma + \\sum_{k=1}^\\kappa\\psi\\bigl(\\tfrac{c_k}\\gamma\\bigr), \\quad 0 \\le \\psi(u) - \\log(1 + u) \\le 1; \\qquad \\sum_k\\psi = -\\rho\\log\\gamma + \\sum_{k \\text{ active}}(\\log c_k + 1) + \\gamma\\sum_{k \\text{ active}}\\tfrac1{c_k} + O(\\gamma^2)',
  },
  says: 'With variances and scales optimised the linear VAE charges psi(c/gamma) for each latent, between log(1 + c/gamma) and 1 more: eq. (7) with h = log(u + gamma) over all rows, up to a part that is at most the number rho of latents in use, and +rho in the limit on a fixed support; with a literal logarithm all solutions with an unused latent tie at minus infinity.',
  verdict: asymptotic(1, 'gamma'),
  findings: [
    {
      class: 'sharpened',
      title: 'What lemma 2 excludes depends on the solution, by at most the number of latents',
      quote: 'excluding irrelevant constant factors',
      place: 'section 3.1, lemma 2',
      says: "With h = log(u + gamma) over all kappa rows the VAE's energy is d L_{g,h} + (d - kappa) log gamma and a rest between 0 and rho, the number of latents in use: psi(c/gamma) for log(1 + c/gamma), +rho in the limit. On a fixed support the lemma holds to first order in gamma. With h = log taken literally all solutions with an unused latent lie at minus infinity and tie.",
    },
  ],
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { limit, finite, scaled, least, steep, rows, plusRho, degenerate },
  mutants: MUTANTS,
});
