/**
 * @file SAMBA in the released code of Reizinger & Huszar (repository vae-sam), whose conventions are not the
 * paper's.
 */
import * as tf from '@tensorflow/tfjs';
import { objective } from '../define.js';
import { ALPHA2, type Fields, type HyperOf, KL_COEFF } from '../fields.js';
import { KL_MISTAKES } from '../mistakes.js';
import { scalar } from '../objective.js';
import { SAMBA } from '../samba/samba.js';
import { STEP_MISTAKES } from '../samba/step-mistakes.js';

const hyper = {
  klCoeff: KL_COEFF,
  alpha2: {
    ...ALPHA2,
    misread: { alphaIsDeviation: { says: 'alpha2 taken as the standard deviation', power: 2 } },
  },
} as const satisfies Fields;

export type VaeSamHyper = HyperOf<typeof hyper>;

/**
 * Mean squared error over all entries at mu + alpha sqrt(d) G_i/|G_i|, plus klCoeff times the mean over all B
 * d entries of the KL divergence. The code's gradient carries 1/B, which the direction does not see.
 */
export const VAE_SAM_SAMBA = objective({
  name: 'vae-sam-samba',
  loss: "the released code of Reizinger & Huszár, in its conventions: `samba` with rec `mean` and the divergence's mean over the latents",
  hyper,
  terms: SAMBA.terms,
  rules: SAMBA.rules,
  evaluate: rules => {
    const samba = SAMBA.make(rules);
    return (net, params, inputs, { klCoeff, alpha2 }: VaeSamHyper) => {
      const beta = tf.div(scalar(klCoeff), net.latent);
      return samba.evaluate(net, params, inputs, { rec: 'mean', beta, variance: { fixed: alpha2 } });
    };
  },
  mistakes: { ...STEP_MISTAKES, ...KL_MISTAKES },
  vector: { terms: [] },
});

export const makeVaeSamSamba = VAE_SAM_SAMBA.make;
