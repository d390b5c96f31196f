/** @file KP-31: sample quality on CelebA. */
import { claim, notCheckable } from '../../kit.js';

export default claim({
  id: 'KP-31',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, figure 4, table 1 and appendix G',
  tex: {
    printed:
      '\\mathrm{FID}(\\mathrm{GRAE}_\\approx) \\text{ stays close to } \\mathrm{FID}(\\beta\\text{-VAE}) \\text{ over } \\beta \\text{; samples are similarly smooth}',
    asRead: true,
  },
  says: 'How GRAE and the beta-VAE compare in the quality of their CelebA samples (FID, figure 4; by eye, table 1 and appendix G) is a statement about training runs and a pretrained Inception network; no identity or bound of the theory implies it, and no surrogate is given a verdict here.',
  verdict: notCheckable(
    'FID needs the pretrained Inception network and the CelebA images, which are not part of the project, and 50,000 iterations a run: not run, though network and objectives train here (kumar-poole-celeba, beta-vae, grae-sampled). The other results of the paper are run or checked: figure 3 and appendix F by the experiment kumar-poole-fig3 and KP-25, figures 1, 5 and 6 by kumar-poole-fig1 and KP-9, what figures 2 and 7 show by KP-20',
  ),
});
