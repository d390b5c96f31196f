/** @file The cases of golden/pytorch-nets run by our code. */
import { readFileSync } from 'node:fs';
import type * as tf from '@tensorflow/tfjs';
import { crossEntropy } from '../../../src/core/classifier.js';
import { gradients } from '../../../src/core/derivatives.js';
import type { ActivationName } from '../../../src/core/net/activation.js';
import { kumarPooleAutoencoder } from '../../../src/core/net/kumar-poole.js';
import type { Autoencoder, Normalised, ParamShapes, Params } from '../../../src/core/net/network.js';
import { resnetAutoencoder } from '../../../src/core/net/resnet.js';
import { evaluated, follow } from '../../../src/core/net/running.js';
import { type WideResNet, wideResNet } from '../../../src/core/net/wide-resnet.js';
import { type ObjectiveSpec, objectiveOf } from '../../../src/core/objectives/list.js';
import { evaluateWithGradient } from '../../../src/core/step.js';
import { type Named, type Traced, values } from '../support.js';
import { parameterValues, signed, statisticValues, unit } from './formula.js';

interface Common {
  readonly mode: 'training' | 'evaluation';
  readonly batch: number;
}

export type Spec = Common &
  (
    | {
        readonly net: 'resnet';
        readonly width: number;
        readonly latent: number;
        readonly activation: ActivationName;
        readonly objective: 'vae' | 'samba' | 'rae-loss-gradient';
      }
    | {
        readonly net: 'mnist' | 'celeba';
        readonly divide: number;
        readonly latent: number;
        readonly activation: ActivationName;
        readonly objective: 'beta-vae';
      }
    | {
        readonly net: 'wide-resnet';
        readonly depth: number;
        readonly width: number;
        readonly objective: 'cross-entropy';
      }
  );

export interface Expected {
  readonly spec: Spec;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly statistics?: Readonly<Record<string, readonly number[]>>;
}

export const parseCases = (json: string): Expected[] => (JSON.parse(json) as { cases: Expected[] }).cases;

export const readCases = (): Expected[] =>
  parseCases(readFileSync(new URL('../../../../golden/pytorch-nets/expected.json', import.meta.url), 'utf8'));

const OBJECTIVES = {
  vae: { name: 'vae', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } },
  samba: { name: 'samba', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } },
  'rae-loss-gradient': { name: 'rae-loss-gradient', rec: 'mean', beta: 0.1, lambda: 0.5 },
  'beta-vae': { name: 'beta-vae', beta: 0.1, variance: 'learned' },
} as const satisfies Record<string, ObjectiveSpec>;

const CLASSES = 10;

/**
 * What one case runs: a traced function, and its inputs `param.*`, `stat.*`, `x` and `noise` or `targets`.
 */
export interface Case {
  readonly inputs: Named;
  /** Outputs `loss`, `term.*`, `grad.*` and, in training mode, `stat.*`. */
  readonly run: Traced;
}

export const under = (prefix: string, all: Readonly<Record<string, tf.Tensor>>): Params =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, tensor]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), tensor]] : [],
    ),
  );

export const prefixed = <T>(prefix: string, all: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [`${prefix}.${name}`, value]));

const made = (shapes: ParamShapes, make: (name: string, shape: readonly number[]) => Float64Array): Named =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, values(shape, make(name, shape))]));

/** Parameters `param.*` and running statistics `stat.*` of a network. */
export const numbersOf = (net: {
  readonly shapes: ParamShapes;
  readonly normalised?: { readonly statistics: ParamShapes };
}): Named => ({
  ...prefixed('param', made(net.shapes, parameterValues)),
  ...prefixed('stat', made(net.normalised?.statistics ?? {}, statisticValues)),
});

interface Loss extends Readonly<Record<string, tf.Tensor>> {
  readonly loss: tf.Tensor;
}

/** Runs `body` on the network in the mode of the case, and gives the statistics after it where it trains. */
function inMode<Net extends { readonly normalised?: Normalised<Net> }>(
  net: Net,
  mode: Spec['mode'],
  statistics: Params,
  body: (net: Net) => Loss,
): Loss {
  if (mode === 'evaluation') return body(evaluated(net, statistics));
  const followed = follow(net, statistics);
  return { ...body(followed.net), ...prefixed('stat', followed.next()) };
}

function classifierCase(net: WideResNet, { mode, batch }: Spec): Case {
  const targets = values([batch, CLASSES], new Float64Array(batch * CLASSES));
  for (let i = 0; i < batch; i++) targets.values[i * CLASSES + ((3 * i) % CLASSES)] = 1;
  return {
    inputs: { ...numbersOf(net), ...imagesFor(net.data, batch), targets },
    run: all =>
      inMode<WideResNet>(net, mode, under('stat', all), moded => {
        const loss = (live: Params) => ({
          loss: crossEntropy(moded.logits(live, all.x!), all.targets!),
          aux: {},
        });
        const result = gradients(loss, under('param', all));
        return { loss: result.loss, ...prefixed('grad', result.grads) };
      }),
  };
}

const imagesFor = (data: readonly number[], batch: number): Named => {
  const shape = [batch, ...data];
  return {
    x: values(
      shape,
      unit(
        'x',
        shape.reduce((a, b) => a * b),
      ),
    ),
  };
};

function autoencoderCase(
  net: Autoencoder,
  objective: keyof typeof OBJECTIVES,
  { mode, batch }: Common,
): Case {
  const noise = values(
    [batch, net.latent],
    signed('noise', batch * net.latent).map(x => 2 * x),
  );
  return {
    inputs: { ...numbersOf(net), ...imagesFor(net.data, batch), noise },
    run: all =>
      inMode<Autoencoder>(net, mode, under('stat', all), moded => {
        const inputs = { x: all.x!, noise: all.noise! };
        const bound = objectiveOf(OBJECTIVES[objective]);
        const result = evaluateWithGradient(bound, moded, under('param', all), inputs, undefined);
        return { loss: result.loss, ...prefixed('term', result.terms), ...prefixed('grad', result.grads) };
      }),
  };
}

/** The case of a specification. */
export function caseOf(spec: Spec): Case {
  switch (spec.net) {
    case 'resnet':
      return autoencoderCase(resnetAutoencoder(spec), spec.objective, spec);
    case 'wide-resnet':
      return classifierCase(wideResNet({ ...spec, classes: CLASSES }), spec);
    default: {
      const { net: dataset, latent, activation, divide } = spec;
      const net = kumarPooleAutoencoder({
        dataset,
        latent,
        activation,
        posterior: 'diagonal',
        width: 1 / divide,
      });
      return autoencoderCase(net, spec.objective, spec);
    }
  }
}
