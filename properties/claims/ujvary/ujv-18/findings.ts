/** @file What UJV-18 finds in the print of the algorithms. */
import type { Finding } from '../../../../src/claims/finding.js';

export const FINDINGS: readonly Finding[] = [
  {
    class: 'misprint',
    title:
      'σ₀ stands for two things: the deviation of the prior, and the length of the perturbation in Algorithm 2',
    quote: 'Random SAM Algorithm - Variational Optimization',
    place: 'section 5.1, algorithm 2; section 3; section 6',
    says: 'Section 3 has a Gaussian prior “with mean 0 and standard deviation σ₀”; Algorithm 2 perturbs by σ₀η, where section 6 sets σ = ρ/√p “in order to coincide with SAM”.',
  },
  {
    class: 'misprint',
    title: 'Algorithm 1 has no 1/N on the KL of the covariance',
    quote: 'Compute the loss of [...] on batch',
    place: 'section 5.1, algorithm 1, steps (4) and (5)',
    says: 'Eq. (5), whose gradient the step is, has (1/N)KL; as printed the KL counts N times as much.',
  },
  {
    class: 'caveat',
    title: 'The weight decay is not in the updates of the mean',
    quote: 'momentum 0.9, weight decay 0.0005',
    place: 'section 6',
    says: 'Eqs. (4) and (7) have 2αμ, Algorithms 1 and 3 do not: it is the weight decay of the optimiser. With 2α = 1/(Nσ₀²) there the printed updates are those of the objectives exactly; 0.0005 for 50000 images is a prior of deviation 0.2.',
  },
  {
    class: 'sharpened',
    title: 'The plain update keeps the covariance positive at small rates only',
    quote: 'Compute the gradient of VariationalSAM loss on batch',
    place: 'section 5.1, algorithm 3, steps (6) and (7)',
    says: 'A variance of 0.01 with the gradient 1 and the rate 0.02 becomes -0.01; descent on the logarithms, σ² times the gradient, stays positive at any rate.',
  },
];
