/** @file Decoders with kinks: cases whose first kink is neither at the code nor out of reach. */
import { type AutoencoderCase, autoencoders, type Shape } from '../../arbitraries/autoencoders.js';
import type { fc } from '../../kit.js';
import { firstKink } from '../network/degenerate.js';
import { directions } from './pair.js';

/** The radius at which the first hidden unit changes sign on the way along the loss gradients. */
export const kinkOf = (c: AutoencoderCase): number => firstKink(c, directions(c));

/** Random cases of the shapes whose first kink lies at a radius between 1/64 and 64. */
export const kinked = (shapes: readonly Shape[]): fc.Arbitrary<AutoencoderCase> =>
  autoencoders(shapes).filter(c => {
    const kink = kinkOf(c);
    return kink > 2 ** -6 && kink < 2 ** 6;
  });
