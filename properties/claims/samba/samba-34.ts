/** @file SAMBA-34: the cited background. */
import { claim, notCheckable } from '../../kit.js';

export default claim({
  id: 'SAMBA-34',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 1 and related work',
  tex: {
    printed:
      '\\text{SAM as a relaxation of Bayes by the Fenchel biconjugate (Möllenhoff \\& Khan); regularisation in VAEs (Kumar \\& Poole; Kumar et al.; Chen et al.)}',
  },
  says: 'The background that the paper cites (Möllenhoff and Khan, Kumar and Poole, Kumar et al., Chen et al.) comes without a formula of its own here: there is nothing to test.',
  verdict: notCheckable(
    'the paper states no formula of these works; what Kumar and Poole claim is checked under their own name',
  ),
});
