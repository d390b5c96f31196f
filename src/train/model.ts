/** @file What a configuration trains: network, objective, optimiser and first parameters. */
import { convAutoencoder } from '../core/net/conv.js';
import { denseAutoencoder } from '../core/net/dense.js';
import type { Autoencoder } from '../core/net/network.js';
import type { Objective } from '../core/objectives/objective.js';
import { objectiveOf } from '../core/objectives/table.js';
import { adam, type Optimiser, sgd } from '../core/optimiser.js';
import { sizeOf } from '../engine/graph.js';
import type { Images } from '../formats/images.js';
import { InputError } from '../formats/input-error.js';
import type { NetConfig, OptimiserConfig, TrainConfig } from './config.js';

export interface Model {
  readonly net: Autoencoder;
  readonly objective: Objective<unknown>;
  readonly optimiser: Optimiser;
}

export function modelOf(config: TrainConfig, shape: Images['shape']): Model {
  return {
    net: networkOf(config.net, shape),
    objective: objectiveOf(config.objective),
    optimiser: optimiserOf(config.optimiser),
  };
}

/** The network for images of the given shape; a dense one sees them flattened. */
function networkOf(config: NetConfig, shape: Images['shape']): Autoencoder {
  const { latent, activation, output, posterior } = config;
  const common = { latent, activation, output, posterior };
  if (config.kind === 'dense') {
    const entries = sizeOf(shape);
    const decoder = [latent, ...config.hidden.toReversed(), entries];
    return denseAutoencoder({ ...common, encoder: [entries, ...config.hidden], decoder });
  }
  const factor = 2 ** config.channels.length;
  if (shape[0] % factor !== 0 || shape[1] % factor !== 0)
    throw new InputError(
      `train: net.channels must have so many stages that ${shape[0]}x${shape[1]} pixels can be halved each time, ` +
        `got ${config.channels.length} - give fewer`,
    );
  return convAutoencoder({ ...common, image: shape, channels: config.channels });
}

function optimiserOf(config: OptimiserConfig): Optimiser {
  if (config.name === 'sgd') return sgd;
  const { beta1, beta2, epsilon } = config;
  return adam({ beta1, beta2, epsilon });
}
