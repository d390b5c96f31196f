/** @file What a configuration trains: network, objective, optimiser and first parameters. */
import { blockPosterior } from '../core/net/block-posterior.js';
import { convAutoencoder } from '../core/net/conv.js';
import { denseAutoencoder } from '../core/net/dense.js';
import { kumarPooleAutoencoder } from '../core/net/kumar-poole.js';
import type { Autoencoder } from '../core/net/network.js';
import { resnetAutoencoder } from '../core/net/resnet.js';
import { objectiveOf } from '../core/objectives/list.js';
import type { Objective } from '../core/objectives/objective.js';
import { adam, type Optimiser, sgd } from '../core/optimiser.js';
import { sizeOf } from '../engine/graph/graph.js';
import type { Images } from '../formats/images.js';
import { InputError } from '../formats/input-error.js';
import type { OptimiserConfig, TrainConfig } from './config.js';
import type { NetConfig } from './net-config.js';

export interface Model {
  readonly net: Autoencoder;
  readonly objective: Objective<unknown>;
  readonly optimiser: Optimiser;
}

export function modelOf(config: TrainConfig, shape: Images['shape']): Model {
  const net = networkOf(config.net, shape);
  if (net.normalised !== undefined && config.batchSize < 2)
    throw new InputError(
      `train: batchSize must be at least 2 for ${config.net.kind}, got ${config.batchSize} - batch normalisation needs a variance`,
    );
  const objective = objectiveOf(config.objective);
  return { net: objective.extend?.(net) ?? net, objective, optimiser: optimiserOf(config.optimiser) };
}

/** The network for images of the given shape; a dense one sees them flattened. */
function networkOf(config: NetConfig, shape: Images['shape']): Autoencoder {
  switch (config.kind) {
    case 'dense': {
      const entries = sizeOf(shape);
      const decoder = [config.latent, ...config.hidden.toReversed(), entries];
      return denseAutoencoder({ ...config, encoder: [entries, ...config.hidden], decoder });
    }
    case 'conv': {
      const stages = config.channels.length;
      if (!divides(2 ** stages, shape))
        throw new InputError(
          `train: net.channels must have so many stages that ${shape[0]}x${shape[1]} pixels can be halved each time, ` +
            `got ${stages} - give fewer`,
        );
      return convAutoencoder({ ...config, image: shape });
    }
    case 'resnet18':
      if (!divides(8, shape))
        throw new InputError(
          `train: net.kind resnet18 must have images whose height and width are divisible by 8, got ${shape[0]}x${shape[1]} - ` +
            'choose other data or another network',
        );
      return resnetAutoencoder({ ...config, image: shape });
    default: {
      const net = kumarPooleAutoencoder({
        ...config,
        dataset: config.kind === 'kumar-poole-mnist' ? 'mnist' : 'celeba',
      });
      if (net.data.join('x') !== shape.join('x'))
        throw new InputError(
          `train: net.kind ${config.kind} must have images of ${net.data.join('x')}, got ${shape.join('x')} - ` +
            'choose other data or another network',
        );
      const { block, latent } = config;
      return block === undefined ? net : blockPosterior(net, new Array<number>(latent / block).fill(block));
    }
  }
}

const divides = (factor: number, [height, width]: Images['shape']): boolean =>
  height % factor === 0 && width % factor === 0;

function optimiserOf(config: OptimiserConfig): Optimiser {
  if (config.name === 'sgd') return sgd;
  const { beta1, beta2, epsilon } = config;
  return adam({ beta1, beta2, epsilon });
}
