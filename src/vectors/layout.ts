/** @file Which tensors a vector must have, with their shapes. */
import { denseClassifier } from '../core/classifier.js';
import { denseAutoencoder } from '../core/net/dense.js';
import type { ParamShapes } from '../core/net/network.js';
import { DESCRIPTIONS, learnsVariance, type Model } from './metadata.js';

/** Shapes by tensor name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

export const PARAM = 'param.';
export const INPUT = 'input.';
export const EXPECT = 'expect.';

/** D, the entries of a sample. */
export const dataSize = ({ net }: Model): number =>
  net.kind === 'autoencoder' ? net.encoder[0]! : net.layers[0]!;

/** The shapes of the network's parameters. */
export function parameterShapes({ net, objective }: Model): ParamShapes {
  if (net.kind === 'classifier') return denseClassifier(net).shapes;
  return denseAutoencoder({ ...net, posterior: learnsVariance(objective) ? 'diagonal' : 'none' }).shapes;
}

const prefixed = (prefix: string, shapes: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]));

/** `param.*` and `input.*` for a batch of that many samples. */
export function givenShapes(model: Model, batch: number): Shapes {
  const { net } = model;
  const shapes = parameterShapes(model);
  const { input } = DESCRIPTIONS[model.objective.name];
  return {
    ...prefixed(PARAM, shapes),
    [`${INPUT}x`]: [batch, dataSize(model)],
    ...(net.kind === 'classifier' && { [`${INPUT}labels`]: [batch] }),
    ...(input === 'noise' && net.kind === 'autoencoder' && { [`${INPUT}noise`]: [batch, net.latent] }),
    ...(input === 'parameter noise' && prefixed(`${INPUT}noise.`, shapes)),
    ...(input === 'parameter sigma2' && prefixed(`${INPUT}sigma2.`, shapes)),
  };
}

/** `expect.*`. */
export const expectedShapes = (model: Model): Shapes => ({
  [`${EXPECT}loss`]: [],
  ...Object.fromEntries(DESCRIPTIONS[model.objective.name].terms.map(term => [EXPECT + term, []])),
  ...prefixed(`${EXPECT}grad.`, parameterShapes(model)),
});
