/** @file Mistakes that any objective may be implemented with. */
import * as tf from '@tensorflow/tfjs';
import { diagonal } from '../../core/gaussian.js';
import type { Autoencoder } from '../../core/net/network.js';
import type { AutoencoderNet } from '../metadata.js';
import type { CommonMistake, Outputs, Sizes } from './mistake.js';

const GRADIENT = 'grad.';

const scaleAll = (outputs: Outputs, factor: (name: string) => number): Outputs =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, values]) => [name, values.map(value => factor(name) * value)]),
  );

const isGradient = (name: string): boolean => name.startsWith(GRADIENT);

/** Square matrices only: others would not have the shape asked for. */
function transposed(outputs: Outputs, { shapes }: Sizes): Outputs | null {
  let any = false;
  const changed = Object.entries(outputs).map(([name, values]) => {
    const [rows, columns] = shapes[name.slice(GRADIENT.length)] ?? [];
    if (!isGradient(name) || rows === undefined || rows !== columns || rows === 1) return [name, values];
    any = true;
    return [name, values.map((_, at) => values[(at % rows) * rows + Math.floor(at / rows)]!)];
  });
  return any ? (Object.fromEntries(changed) as Outputs) : null;
}

const swapOutput = (net: AutoencoderNet): AutoencoderNet => ({
  ...net,
  output: net.output === 'identity' ? 'sigmoid' : 'identity',
});

function logDeviationHead(net: Autoencoder): Autoencoder | null {
  if (net.posterior !== 'diagonal') return null;
  return {
    ...net,
    encode(params, x) {
      const { mean, scale } = net.encode(params, x);
      return {
        mean,
        scale: scale.kind === 'diagonal' ? diagonal(tf.mul(scale.logVariance, 2)) : scale,
      };
    },
  };
}

export const COMMON_MISTAKES = {
  sumOverBatch: {
    says: 'a sum over the batch in place of the mean',
    change: {
      kind: 'outputs',
      change: (outputs, { batch }) => (batch > 1 ? scaleAll(outputs, () => batch) : null),
    },
  },
  negatedGradient: {
    says: 'gradients of the opposite sign',
    change: {
      kind: 'outputs',
      change: outputs => scaleAll(outputs, name => (isGradient(name) ? -1 : 1)),
    },
  },
  doubledGradient: {
    says: 'a factor 2 in all gradients',
    change: {
      kind: 'outputs',
      change: outputs => scaleAll(outputs, name => (isGradient(name) ? 2 : 1)),
    },
  },
  transposedGradient: {
    says: 'gradients of square weights transposed ([in, out] in place of [out, in])',
    change: { kind: 'outputs', change: transposed },
  },
} satisfies Record<string, CommonMistake>;

const DECODER_MISTAKES = {
  otherOutput: {
    says: "the decoder's output without its sigmoid, or with one that it should not have",
    change: { kind: 'net', change: swapOutput },
  },
} satisfies Record<string, CommonMistake>;

const HEAD_MISTAKES = {
  logDeviation: {
    says: 'the head logvar taken as log sigma in place of log sigma^2',
    change: { kind: 'functions', change: logDeviationHead },
  },
} satisfies Record<string, CommonMistake>;

/** Those of a network with a decoder. */
export const AUTOENCODER_MISTAKES = { ...COMMON_MISTAKES, ...DECODER_MISTAKES };

/** Those of a network that may learn a variance. */
export const VARIANCE_MISTAKES = { ...AUTOENCODER_MISTAKES, ...HEAD_MISTAKES };
