/** @file Gradients of matrix products and convolutions. */
import * as tf from '@tensorflow/tfjs';
import { unbroadcast } from './gradient.js';

/** y = op(a) op(b) over the last two axes; leading axes that were broadcast are summed back. */
const matMul: tf.GradConfig = {
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc: (dys, saved, attrs) => {
    const dy = dys as tf.Tensor;
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const [ta, tb] = [attrs.transposeA === true, attrs.transposeB === true];
    return {
      a: () => unbroadcast(ta ? tf.matMul(b, dy, tb, true) : tf.matMul(dy, b, false, !tb), a.shape),
      b: () => unbroadcast(tb ? tf.matMul(dy, a, true, ta) : tf.matMul(a, dy, !ta, false), b.shape),
    };
  },
};

/** The filter gradient is linear in the image and in dy: its derivatives are the two other convolutions. */
const conv2dFilter: tf.GradConfig = {
  kernelName: 'Conv2DBackpropFilter',
  inputsToSave: ['x', 'dy'],
  gradFunc: (ddw, saved, attrs) => {
    const [x, dy] = saved as [tf.Tensor4D, tf.Tensor4D];
    const { strides, pad, dataFormat, dimRoundingMode } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    const filter = ddw as tf.Tensor4D;
    return {
      x: () =>
        tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, {
          strides,
          pad,
          dataFormat,
          dimRoundingMode,
          inputShape: x.shape,
        } as unknown as tf.NamedAttrMap) as tf.Tensor,
      dy: () => tf.conv2d(x, filter, strides, pad, dataFormat, 1, dimRoundingMode),
    };
  },
};

export const LINEAR_GRADIENTS: readonly tf.GradConfig[] = [matMul, conv2dFilter];
