/** @file Cases of the RAE claims: dense autoencoders of any shape with the weights of the two penalties. */

import { type AutoencoderCase, autoencoderOf, SHAPES, type Shape } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { draw, fc, type Given } from '../../kit.js';
import { networkOf } from '../network/network.js';
import { type On, valuesOf, type Weights } from './step.js';

export interface RaeCase extends Weights {
  readonly model: AutoencoderCase;
}

/**
 * Smooth decoders: a generic one, a deeper one, one latent, one datum. Few, because every shape is traced
 * for every objective.
 */
export const FEW: readonly Shape[] = [0, 5, 6, 7].map(i => SHAPES.smooth[i]!);

const weight = draw.logUniform({ min: 1 / 64, max: 16 });

export const raeCases = (shapes: readonly Shape[]): fc.Arbitrary<RaeCase> =>
  draw.record({ model: fc.oneof(...shapes.map(autoencoderOf)), beta: weight, lambda: weight });

/** Every shape of a list once with fixed weights, then random cases. */
export function raeGiven(shapes: readonly Shape[]): Given<RaeCase> {
  const { examples = [], show } = everyShape(shapes);
  return {
    arbitrary: raeCases(shapes),
    examples: examples.map(model => ({ model, beta: 0.75, lambda: 0.375 })),
    ...(show && { show: c => `beta ${c.beta}, lambda ${c.lambda}: ${show(c.model)}` }),
  };
}

/** The network of a case, with free codes. */
export const onOf = ({ model }: RaeCase): On => ({ net: networkOf(model.shape), values: valuesOf(model) });
