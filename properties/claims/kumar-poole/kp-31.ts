/** @file KP-31: sample quality on CelebA and MNIST. */
import { claim, notCheckable } from '../../kit.js';

export default claim({
  id: 'KP-31',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, figure 4, table 1 and the MNIST figures',
  tex: {
    printed:
      '\\mathrm{FID}(\\mathrm{GRAE}) \\text{ against } \\mathrm{FID}(\\beta\\text{-VAE}) \\text{ over } \\beta',
  },
  says: 'How GRAE and the beta-VAE compare in sample quality (FID on CelebA, samples on MNIST) is a statement about training runs and a pretrained Inception network; no identity or bound of the theory implies it, and no surrogate is given a verdict here.',
  verdict: notCheckable(
    'it needs the pretrained Inception network, the CelebA images and runs of 50,000 iterations; a cheaper score of sample quality would be another claim',
  ),
});
