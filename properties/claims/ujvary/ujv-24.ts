/** @file UJV-24: the accuracies of Tables 3 and 4. */
import { claim, notCheckable } from '../../kit.js';

export default claim({
  id: 'UJV-24',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, section 6, Tables 3 and 4',
  tex: {
    printed:
      '\\text{WideResNet-28-2, CIFAR-10: SGD } 95.90\\pm0.07,\\ \\text{SAM } 96.10\\pm0.11,\\ \\text{VSAM } 94.18\\pm0.11,\\ \\text{RandomSAM } 96.08\\pm0.13',
  },
  says: 'That SAM outperforms SGD, and that RandomSAM does almost as well on CIFAR-10, are statements on trained networks; the experiment ujvary-table3 repeats them: every cell of table 3 and the methods of table 4, at its scale paper, and their order on smaller networks.',
  verdict: notCheckable(
    'not run here: all cells of table 3 (SGD, SAM, VariationalSAM, RandomSAM; WideResNet-28-2 and 28-10; CIFAR-10 and CIFAR-100) and the two methods of table 4 take 200 to 400 epochs each, for which ujvary-table3 at scale paper is made; at the scales smoke and small it judges the same order on small networks. Not checkable: the ± of table 3 for CIFAR-100 and the accuracy of ASAM on CIFAR-100 in table 4, which cannot be read for sure in the text at hand',
  ),
});
