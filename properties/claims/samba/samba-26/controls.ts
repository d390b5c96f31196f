/** @file Negative controls of SAMBA-26: wrong forms of the released RAE, and of what its logs are read as. */
import * as tf from '@tensorflow/tfjs';
import { VAE_SAM_RAE } from '../../../../src/core/objectives/vae-sam/vae-sam-rae.js';
import { scaledNorm } from '../../../../src/core/perturbation.js';
import { wrong } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';
import { SUBJECT, type Subject } from './terms.js';

const inRae = (subject: Subject, rae: Subject['rae']): Subject => ({ ...subject, rae });
const { gradientOfSum, rootDimensionMissing, squaredNorm, varianceForDeviation } = VAE_SAM_RAE.mistakes;
/** What the check of the RAE's penalty must reject by itself, in a deep run too. */
export const batchControls = {
  ...wrong.rules(SUBJECT, 'rae', {
    sampleNorms: ['one norm a sample, added up', { norm: matrix => tf.sum(scaledNorm(matrix)) }],
  }),
  sumGradient: mistaken(gradientOfSum, inRae),
  alphaAlone: mistaken(rootDimensionMissing, inRae),
};

export const otherControls = {
  squaredNorm: mistaken(squaredNorm, inRae),
  varianceForDeviation: mistaken(varianceForDeviation, inRae),
  ...wrong.formula(SUBJECT, 'logged', {
    loggedPerSample: ['the logged penalty is taken to be a sum over samples', batch => batch],
    loggedMean: ['the logged penalty is taken to be a mean over samples', () => 1],
  }),
};
