/** @file Cases of a check: one pinned case of every shape, then random ones. */
import fc from 'fast-check';
import type { Given } from '../../src/claims/checks/given.js';
import { type AutoencoderCase, autoencoderOf, autoencoders, type Shape } from './autoencoders.js';

/** The seed of the pinned cases: the same ones in every run, whatever its seed. */
const PINNED = 1;

const list = (numbers: readonly number[]): string => `[${numbers.join(', ')}]`;

/** A case in a few lines of text. */
function show({ shape: { net, batch }, params, x, alpha }: AutoencoderCase): string {
  const head = `${net.activation} ${net.encoder.join('-')} > ${net.latent} > ${net.decoder.slice(1).join('-')}, posterior ${net.posterior ?? 'none'}, batch ${batch}`;
  const numbers = Object.entries({ ...params, x, alpha: [alpha] }).map(
    ([name, values]) => `${name} = ${list(values)}`,
  );
  return [head, ...numbers].join('; ');
}

/**
 * Every shape of a list once, and then shapes at random: the degenerate ones (d = 1, D = 1) are never left to
 * chance.
 */
export const everyShape = (shapes: readonly Shape[]): Given<AutoencoderCase> => ({
  arbitrary: autoencoders(shapes),
  examples: shapes.flatMap(shape => fc.sample(autoencoderOf(shape), { seed: PINNED, numRuns: 1 })),
  show,
});

/** Random cases of an arbitrary of one's own. */
export const random = (arbitrary: fc.Arbitrary<AutoencoderCase>): Given<AutoencoderCase> => ({
  arbitrary,
  show,
});
