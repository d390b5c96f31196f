/** @file The two losses of the released code on a case, and what its logs say of them. */
import { SAMBA_RULES } from '../../../../src/core/objectives/samba/samba.js';
import { VAE_SAM_RAE } from '../../../../src/core/objectives/vae-sam/vae-sam-rae.js';
import { PUBLISHED, published } from '../../../../src/theory/published/samba.js';
import * as ae from '../../../subjects/autoencoder.js';
import * as released from '../../../subjects/sam/released.js';

type Case = ae.AutoencoderCase;

export const SUBJECT = {
  samba: SAMBA_RULES,
  rae: VAE_SAM_RAE.rules,
  /**
   * What the logged penalty is, in units of alpha sqrt(d) times a mean of |G_i|, for one norm over the batch.
   */
  logged: Math.sqrt as (batch: number) => number,
};
export type Subject = typeof SUBJECT;

/** alpha sqrt(d), the paper's tie. */
export const tie = ({ shape }: Case, alpha: number): number => alpha * Math.sqrt(shape.net.latent);

/** Mean squared error at the codes. */
export const errorOf = (c: Case): number => released.average(ae.atCode(c).errors) / released.entriesOf(c);

export const roundOff = (c: Case): number => ae.roundOff(c, ae.atCode(c));

/** Standard deviations so small that the second order does not count, and one that is not. */
export const small = (c: Case): number => 2 ** -14 / (ae.steepness(c) * Math.sqrt(c.shape.net.latent));

/**
 * The two losses at a standard deviation: SAMBA's error after the step, and what the RAE's penalty adds to
 * the loss.
 */
export function raised(c: Case, samba: Subject['samba'], alpha: number): number {
  return released.releasedSamba(samba, c.shape).run(released.releasedInputs(c, alpha))[
    'term.reconstruction'
  ]![0]!;
}
export function penaltyOf(c: Case, rae: Subject['rae'], alpha: number): number {
  const outputs = released.releasedRae(rae, c.shape).run(released.releasedInputs(c, alpha));
  return outputs.loss![0]! - outputs['term.reconstruction']![0]!;
}

/** The logged penalties over alpha sqrt(d) times the harmonic mean of |G_i|, which the logged scale gives. */
export const overHarmonic = [1e-6, 1e-4, 1e-2].flatMap(alpha2 => {
  const penalties = published('rae', alpha2, 'val_grad_loss');
  return published('rae', alpha2, 'val_scale_inv').map(
    (inverse, i) => penalties[i]! / (PUBLISHED.latents * inverse),
  );
});
