/** @file VGR-17: the experiments on images. */
import { claim, notCheckable } from '../../kit.js';

export default claim({
  id: 'VGR-17',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, remark 2, sections 2.2, 3.3 and 4, figure 4, supplement',
  tex: { printed: '\\text{natural images do indeed have a very low intrinsic dimension}' },
  says: 'Only not run: figure 4 on CelebA (the experiment vgr-fig4 trains the same comparison on small manifolds, vgr-fig3 draws figure 3), Fashion-MNIST against MNIST as outliers, and the 15 or so informative latents on MNIST beside about 100 principal components; not to be checked by a computation is the dimension of natural images.',
  verdict: notCheckable(
    'the first three take image data and full trainings that were not run: the experiments vgr-fig3 and vgr-fig4 stand for figures 3 and 4 at small scale; the dimension of natural images has no definition that a computation could decide',
  ),
});
