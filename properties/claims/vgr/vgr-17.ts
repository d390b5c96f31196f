/** @file VGR-17: the experiments on images. */
import { claim, notCheckable } from '../../kit.js';

export default claim({
  id: 'VGR-17',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, sections 4-5, figure 4 and supplement',
  tex: { printed: 'r \\ll d \\text{ for natural images; CelebA, Fashion-MNIST against MNIST}' },
  says: 'The CelebA figures, the screening of outliers with Fashion-MNIST and MNIST, the number of active dimensions on MNIST and the small dimension of natural images are not checked here; the unbounded slope of the KL term in a posterior standard deviation is part of VGR-1.',
  verdict: notCheckable(
    'it needs the image data and full trainings, and the dimension of natural images has no definition that a computation could decide',
  ),
});
