/**
 * @file Running statistics of batch normalisation: followed through a training step, whatever passes an
 * objective makes.
 */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../engine/ops.js';
import { type Moments, type Normalised, type Params, parameter } from './network.js';

/** PyTorch's: the share of the new batch. */
const MOMENTUM = 0.1;

/** Everything about the update that an implementation can get wrong, one function each. */
export interface RunningRules {
  /**
   * Which of the passes that one step made through a layer, in their order, move its running statistics. The
   * first is the one at the unperturbed point (SAM's first pass, SAMBA's at the mean code): where the network
   * will be evaluated.
   */
  counted(passes: readonly Moments[]): readonly Moments[];
  /** The variance that is averaged: unbiased, as in PyTorch, unlike the one that normalises. */
  variance(moments: Moments): tf.Tensor;
  /** One update of a running value. */
  move(old: tf.Tensor, now: tf.Tensor): tf.Tensor;
}

export const RUNNING_RULES: RunningRules = {
  counted: passes => passes.slice(0, 1),
  variance: ({ variance, count }) => tf.mul(variance, constant(count / (count - 1))),
  move: (old, now) => tf.add(tf.mul(old, constant(1 - MOMENTUM)), tf.mul(now, constant(MOMENTUM))),
};

interface Normalisable<Net> {
  readonly normalised?: Normalised<Net>;
}

/** A network whose passes are followed. */
export interface Followed<Net> {
  readonly net: Net;
  /**
   * The running statistics after the step, to be asked for once; none for a network without batch
   * normalisation.
   */
  next(): Params;
}

/**
 * The network in training mode, with its passes noted down. `statistics` are those before the step; an error
 * when the network needs them and they were not given, or when a layer had no pass.
 */
export function follow<Net extends Normalisable<Net>>(
  net: Net,
  statistics: Params | undefined,
  rules: RunningRules = RUNNING_RULES,
): Followed<Net> {
  const { normalised } = net;
  if (normalised === undefined) return { net, next: () => ({}) };
  if (statistics === undefined)
    throw new Error(
      'statistics: a network with batch normalisation needs its running statistics, got none - give all of net.normalised.statistics',
    );
  const seen: Record<string, Moments[]> = {};
  const observe = (layer: string, { mean, variance, count }: Moments): void => {
    // tfjs would dispose of what a gradient's forward pass makes
    const kept = { mean: tf.keep(detach(mean)), variance: tf.keep(detach(variance)), count };
    seen[layer] = [...(seen[layer] ?? []), kept];
  };
  return {
    net: normalised.inMode({ kind: 'training', observe }),
    next() {
      const moved = Object.keys(normalised.statistics).map(name => [name, nextOf(name)] as const);
      for (const { mean, variance } of Object.values(seen).flat()) tf.dispose([mean, variance]);
      return Object.fromEntries(moved);
    },
  };

  function nextOf(name: string): tf.Tensor {
    const layer = name.slice(0, name.lastIndexOf('.'));
    const passes = seen[layer];
    if (passes === undefined)
      throw new Error(
        `statistics: "${layer}" had no pass in this step - the objective must run the whole network`,
      );
    const now = name.endsWith('.running_mean') ? (m: Moments) => m.mean : rules.variance;
    return rules
      .counted(passes)
      .reduce((old, moments) => rules.move(old, now(moments)), parameter(statistics!, name));
  }
}

/**
 * The network as it is evaluated: with its running statistics where it has batch normalisation, else itself.
 */
export const evaluated = <Net extends Normalisable<Net>>(net: Net, statistics: Params): Net =>
  net.normalised === undefined ? net : net.normalised.inMode({ kind: 'evaluation', statistics });

/** Running statistics before the first step: means 0 and variances 1, by name. */
export const firstStatistic = (name: string): 0 | 1 => (name.endsWith('.running_var') ? 1 : 0);
