/** @file UJV-24: the accuracies of Tables 3 and 4. */
import { claim, notCheckable } from '../../kit.js';

export default claim({
  id: 'UJV-24',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, section 6, Tables 3 and 4',
  tex: {
    printed:
      '\\text{WideResNet-28-2, CIFAR-10: SGD } 95.90\\pm0.12,\\ \\text{SAM } 96.10\\pm0.11,\\ \\text{VSAM } 94.18\\pm0.11,\\ \\text{RandomSAM } 96.08\\pm0.13',
  },
  says: 'That SAM outperforms SGD visibly, and RandomSAM almost as much on CIFAR-10, is a statement about trained networks: it can be repeated by training, not checked numerically.',
  verdict: notCheckable(
    'test accuracies of WideResNets after 200 to 400 epochs on CIFAR-10 and CIFAR-100: only training shows them, and several digits of the printed deviations are unreadable in the text at hand',
  ),
});
