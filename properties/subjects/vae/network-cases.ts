/**
 * @file The convolutional networks of Kumar & Poole's appendix D as they are evaluated, with parameters and
 * images.
 */

import { initialise } from '../../../src/core/init.js';
import { kumarPooleAutoencoder } from '../../../src/core/net/kumar-poole.js';
import { type Autoencoder, type Params, parameter } from '../../../src/core/net/network.js';
import { evaluated } from '../../../src/core/net/running.js';
import { sizeOf } from '../../../src/engine/graph/graph.js';
import type { Specs } from '../../../src/engine/spec.js';
import { draw, fc, fill, stream } from '../../kit.js';

/** Inputs of a program for all parameters of a network or a layer. */
export const paramSpecs = ({ shapes }: Pick<Autoencoder, 'shapes'>): Specs =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));

/** The parameters of a network or a layer among the inputs of a program. */
export const pickParams = ({ shapes }: Pick<Autoencoder, 'shapes'>, inputs: Params): Params =>
  Object.fromEntries(Object.keys(shapes).map(name => [name, parameter(inputs, name)]));

const keys = new Map<string, object>();

/** An object that keys programs by something else than a network. */
export function keyOf(name: string): object {
  const key = keys.get(name) ?? {};
  keys.set(name, key);
  return key;
}

/** A network whose running statistics are parameters like the others. */
export function withStatistics(net: Autoencoder): Autoencoder {
  const { normalised, ...rest } = net;
  if (normalised === undefined) return net;
  const running = { shapes: normalised.statistics };
  return {
    ...rest,
    shapes: { ...net.shapes, ...normalised.statistics },
    encode: (params, x) => evaluated(net, pickParams(running, params)).encode(params, x),
    decode: (params, z) => evaluated(net, pickParams(running, params)).decode(params, z),
  };
}

export interface NetworkSize {
  readonly latent: number;
  /** All filters times this. */
  readonly width: number;
  readonly batch: number;
}

interface Modes {
  readonly training: Autoencoder;
  /** As it is evaluated, its running statistics among the parameters. */
  readonly evaluation: Autoencoder;
}

const networks = new Map<string, Modes>();

/**
 * The MNIST network in its two modes. At full size it is not kept: its programs have buffers of gigabytes.
 */
export function mnistNetworks({ latent, width }: NetworkSize): Modes {
  const key = `${latent} ${width}`;
  const known = networks.get(key);
  if (known) return known;
  const training = kumarPooleAutoencoder({ dataset: 'mnist', latent, width });
  const made = { training, evaluation: withStatistics(training) };
  if (width < 1) networks.set(key, made);
  return made;
}

export const networkCases = (size: NetworkSize) =>
  // everything else is drawn from the seed
  draw.record({ size: fc.constant(size), seed: fc.integer({ min: 0, max: 2 ** 31 }) });
export type NetworkCase = draw.Of<ReturnType<typeof networkCases>>;

/** Variance of a layer's inputs that the running statistics claim: small, so that the Jacobian is not. */
const CLAIMED_VARIANCE = 0.25;

/**
 * Parameters at their initialisation but for the statistics, images of independent pixels, and cotangents of
 * them.
 */
export function networkValues(net: Autoencoder, { size, seed }: NetworkCase) {
  const draws = Object.fromEntries(
    Object.entries(net.shapes).map(([name, shape]) => [
      name,
      fill(new Float64Array(sizeOf(shape)), 'normal', stream(seed, name)),
    ]),
  );
  // statistics have no fan-in: they are replaced
  const fanIn = Object.fromEntries(Object.keys(net.shapes).map(name => [name, net.fanIn[name] ?? 1]));
  const params = initialise({ ...net, fanIn }, draws, 'lecun');
  for (const name of Object.keys(params)) {
    const [normal, values] = [draws[name]!, params[name]!];
    if (name.endsWith('.running_var')) params[name] = normal.map(x => CLAIMED_VARIANCE * Math.exp(x / 4));
    else if (name.endsWith('.running_mean') || name.endsWith('.bias')) params[name] = normal.map(x => x / 8);
    else if (name.endsWith('.norm.weight')) params[name] = values.map((w, i) => w * Math.exp(normal[i]! / 8));
  }
  const pixels = size.batch * sizeOf(net.data);
  return {
    params,
    x: fill(new Float64Array(pixels), 'uniform', stream(seed, 'x')),
    cotangent: fill(new Float64Array(pixels), 'normal', stream(seed, 'cotangent')),
  };
}
