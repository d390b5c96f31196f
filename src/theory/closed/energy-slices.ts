/** @file Slices through the energy of a linear VAE with two latents on one direction of data (VGR-14), variances at their best. */

/** The energy after turning the latents by t, above that of the sparse solution at t = 0; data of variance lambda. */
export function rotationExcess(t: number, lambda: number, gamma: number): number {
  const ratio = lambda / gamma;
  return Math.log1p((ratio ** 2 * Math.sin(2 * t) ** 2) / (4 * (1 + ratio)));
}

/** The energy on the segment between two sparse solutions that exchange their latents, d log gamma left out. */
export const segmentEnergy = (t: number, lambda: number, gamma: number): number =>
  (4 * t ** 2 * (1 - t) ** 2 * lambda) / gamma +
  Math.log1p((1 - t) ** 2 / gamma) +
  Math.log1p(t ** 2 / gamma) +
  lambda * ((1 - t) ** 2 + t ** 2);
