/**
 * @file UJV-3 (eq. 4): the gradient of the SAM objective is that at the perturbed weights, the step held
 * fixed.
 */
import type { SamRules } from '../../../../src/core/objectives/sam/diagonal.js';
import type { VsamHyper } from '../../../../src/core/objectives/sam/vsam.js';
import { SAMBA_RULES, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import * as variationalSam from '../../../../src/core/variational/variational-sam.js';
import { constant, detach } from '../../../../src/engine/ops.js';
import { asymptotic, claim, mutant, wrong } from '../../../kit.js';
import { DETACH_MUTANTS, DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../../subjects/sam/mutants.js';
import { inRules, wrongSteps } from '../../../subjects/sam/step-mutants.js';
import { decay, detached, differentiated, envelope, quadratic, type Subject, trained } from './checks.js';

const SUBJECT: Subject = {
  samba: SAMBA_RULES,
  live: { ...SAMBA_RULES, detach: (w, length) => [w, length] },
  variational: variationalSam.VARIATIONAL_SAM_RULES,
};

const inStep = (s: Subject, step: SamRules<VsamHyper>): Subject => ({
  ...s,
  variational: { ...s.variational, step },
});

const steps = wrongSteps(variationalSam.VARIATIONAL_SAM_RULES.step);

const onlyNorm: SambaRules = { ...SAMBA_RULES, detach: (w, length) => [w, detach(length)] };

const wrongPosterior = (says: string, change: Partial<variationalSam.VariationalSamRules>) => {
  const variational = { ...variationalSam.VARIATIONAL_SAM_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, variational }));
};

const { covarianceForRoot, rootDimensionMissing } = LENGTH_MUTANTS;

export default claim({
  id: 'UJV-3',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, eq. (4)',
  tex: {
    printed:
      '\\nabla_\\mu L_{\\mathrm{SAM}}(\\mu,\\Sigma) \\approx \\nabla L\\bigl(\\mu + \\Sigma^{1/2}\\eta(\\mu)\\bigr) + 2\\alpha\\mu, \\quad \\text{ignoring the dependence of } \\eta \\text{ on } \\mu',
    corrected:
      '\\nabla L(\\mu+\\Sigma^{1/2}\\eta) - \\nabla\\max_\\varepsilon L = -\\frac{p}{\\|g\\|^2}\\,H\\,\\Sigma^{1/2} P\\,\\Sigma^{1/2}H\\Sigma^{1/2} g + O(\\Sigma^{3/2}), \\quad g = \\Sigma^{1/2}\\nabla L,\\; P = I - \\hat g\\hat g^\\top',
  },
  says: 'Holding the step fixed costs an error of second order in the radius against the gradient of the maximum, with a known constant; differentiating the step leaves an error of third order only, so the usual detached gradient is one order less accurate for the SAM objective itself. The weight decay 2 alpha mu is exact.',
  verdict: asymptotic(2, 'rho'),
  findings: [
    {
      class: 'sharpened',
      title: 'Ignoring the dependence of the step on the mean costs one order',
      quote: 'ignoring the dependence of',
      place: 'section 2, before eq. (4)',
      says: 'Against the gradient of the maximum the step held fixed is off at second order in the radius, by a known amount; differentiated it is off at third order only.',
      also: ['SAMBA-8'],
    },
  ],
  objectives: ['vsam', 'variational-sam'],
  subject: SUBJECT,
  // the quick ones first: mutants are tried in this order
  checks: { quadratic, decay, detached, trained, differentiated, envelope },
  mutants: {
    ...inSamba<Subject>({
      ...DETACH_MUTANTS,
      signFlip: DIRECTION_MUTANTS.signFlip,
      noSecondStep: DIRECTION_MUTANTS.noSecondStep,
      covarianceForRoot,
      rootDimensionMissing,
    }),
    ...inRules(steps, inStep, 'weights'),
    ...wrong.formula(SUBJECT, 'live', {
      halfLive: ['only the direction is differentiated, not its norm, where both should be', onlyNorm],
      dead: ['the step held fixed where it should be differentiated', SAMBA_RULES],
    }),
    decayMissing: wrongPosterior('no weight decay, as in Algorithm 3', { meanWeight: () => constant(0) }),
    examplesMissing: wrongPosterior('the decay is not divided by N', { meanWeight: () => constant(1) }),
    decayHalved: wrongPosterior('alpha mu for 2 alpha mu', {
      meanKl: (mean, prior) => variationalSam.VARIATIONAL_SAM_RULES.meanKl(mean, prior.mul(2)),
    }),
  },
});
