/** @file SAMBA-34: what is only said, or only trained. */
import { claim, notCheckable } from '../../kit.js';

export default claim({
  id: 'SAMBA-34',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, sections 1, 4 and 5, appendix B',
  tex: {
    printed:
      '\\text{"we observe that when } \\alpha^2\\le 1e-2\\text{, then } \\|J_f\\| \\text{ is smoother for SAMBA with a practically insignificant increase in the loss"}',
  },
  says: 'What sections 4 and 5 and appendix B say of trained models is not checked here but trained and judged: by samba-fig2 (smoother than the VAE for alpha^2 <= 1e-2, an insignificant increase of the loss), by samba-fig3 (smoother as alpha grows, smoother than the RAE, a lower variance of the reconstruction loss, the same load) and by samba-fig4 (comparable to the VAE with a learned variance). The works cited for background (Möllenhoff and Khan, Kumar et al., Chen et al.) come without a formula.',
  verdict: notCheckable(
    'trainings on CIFAR-10, not run by verify: `flatcheck experiment samba-fig2`, `samba-fig3` and `samba-fig4`; what the published runs say of them is SAMBA-30',
  ),
});
