/** @file The network of a configuration: its kind and exactly the sizes that it takes. */
import { ACTIVATION_NAMES, type ActivationName, type OutputName } from '../core/net/activation.js';
import type { PosteriorKind } from '../core/net/network.js';
import { learnsVariance, needsJacobian, needsLogits, type ObjectiveSpec } from '../core/objectives/list.js';
import { type Fields, oneOf, positiveInteger, type Rule, sizes } from './fields.js';

interface NetCommon {
  readonly latent: number;
  readonly activation: ActivationName;
  /**
   * The encoder's heads beside the mean: 'diagonal' when the objective learns the variance, else 'none', when
   * not said.
   */
  readonly posterior: PosteriorKind;
}

interface WithOutput {
  readonly output: OutputName;
}

export type NetConfig = NetCommon &
  (
    | /** Hidden sizes of the encoder; the decoder mirrors them. */
    (WithOutput & { readonly kind: 'dense'; readonly hidden: readonly number[] })
    /** Channels after each stage, each of which halves height and width; the decoder mirrors them. */
    | (WithOutput & { readonly kind: 'conv'; readonly channels: readonly number[] })
    /** Channels of the first stage: 64 in the SAMBA experiments. */
    | (WithOutput & { readonly kind: 'resnet18'; readonly width: number })
    /**
     * All filters of Kumar & Poole's tables times `width`, 1 when not said; the output is a sigmoid. With
     * posterior 'cholesky', `block` keeps the covariance to blocks of so many latents.
     */
    | { readonly kind: KumarPooleKind; readonly width: number; readonly block?: number }
  );

export type KumarPooleKind = 'kumar-poole-mnist' | 'kumar-poole-celeba';

/** The filters of the tables are multiples of these, and so must they be whole when scaled. */
const PARTS: Readonly<Record<KumarPooleKind, number>> = {
  'kumar-poole-mnist': 64,
  'kumar-poole-celeba': 128,
};

const multipleOf = (parts: number): Rule<number> => ({
  says: `a positive multiple of 1/${parts}`,
  is: (value): value is number => typeof value === 'number' && positiveInteger.is(value * parts),
});

/**
 * Reads `{"kind": "resnet18", "width": 64, ...}`, and whether the objective can be trained on such a network.
 */
export function readNet(fields: Fields, objective: ObjectiveSpec): NetConfig {
  const kind = fields.get(
    'kind',
    oneOf('dense', 'conv', 'resnet18', 'kumar-poole-mnist', 'kumar-poole-celeba'),
  );
  if (kind !== 'dense' && kind !== 'conv' && needsJacobian(objective))
    fields.fail(
      'kind',
      `must be a network without batch normalisation (dense, conv), got "${kind}" - ${objective.name} needs the ` +
        "decoder's Jacobian, which batch statistics make depend on the whole batch (KP-29)",
    );
  if (kind.startsWith('kumar-poole') && needsLogits(objective))
    fields.fail(
      'kind',
      `must be a network that can end in logits (dense, conv, resnet18), got "${kind}" - ${objective.name} takes the decoder's outputs as logits of probabilities`,
    );
  const output = (): OutputName => {
    const name = fields.get('output', oneOf('identity', 'sigmoid'), 'identity');
    if (name === 'sigmoid' && needsLogits(objective))
      fields.fail(
        'output',
        `must be identity, got "sigmoid" - ${objective.name} takes the decoder's outputs as logits of probabilities`,
      );
    return name;
  };
  switch (kind) {
    case 'dense':
      return fields.end({ kind, ...common(), output: output(), hidden: fields.get('hidden', sizes) });
    case 'conv':
      return fields.end({ kind, ...common(), output: output(), channels: fields.get('channels', sizes) });
    case 'resnet18':
      return fields.end({ kind, ...common(), output: output(), width: fields.get('width', positiveInteger) });
    default: {
      const read = { ...common('elu'), width: fields.get('width', multipleOf(PARTS[kind]), 1) };
      const block = fields.maybe('block', positiveInteger);
      if (block === undefined) return fields.end({ kind, ...read });
      if (read.posterior !== 'cholesky' || read.latent % block !== 0)
        fields.fail(
          'block',
          `must divide the latents of a network with posterior "cholesky", got ${block} for ${read.latent} latents and posterior "${read.posterior}"`,
        );
      return fields.end({ kind, ...read, block });
    }
  }

  function common(activation?: ActivationName): NetCommon {
    const learned = learnsVariance(objective);
    const read: NetCommon = {
      latent: fields.get('latent', positiveInteger),
      activation: fields.get('activation', oneOf(...ACTIVATION_NAMES), activation),
      posterior: fields.get(
        'posterior',
        oneOf('none', 'diagonal', 'cholesky'),
        learned ? 'diagonal' : 'none',
      ),
    };
    if (objective.name === 'grae-sampled' && objective.columns > read.latent)
      fields.fail(
        'latent',
        `must be at least objective.columns = ${objective.columns}, got ${read.latent} - for all columns use grae-hadamard`,
      );
    if (learned && read.posterior === 'none')
      fields.fail(
        'posterior',
        `must be diagonal or cholesky, got "none" - ${objective.name} learns its variance here`,
      );
    return read;
  }
}
