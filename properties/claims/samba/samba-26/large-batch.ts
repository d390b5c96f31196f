/**
 * @file SAMBA-26 on the ResNet-18 of the experiments: what the released code's batch conventions come to,
 * batch normalisation included.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../../src/core/derivatives.js';
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { makeVaeSamRae, type VaeSamRaeRules } from '../../../../src/core/objectives/vae-sam/vae-sam-rae.js';
import { makeVaeSamSamba } from '../../../../src/core/objectives/vae-sam/vae-sam-samba.js';
import { constant } from '../../../../src/engine/ops.js';
import { type Check, check, fc, type Given, mat } from '../../../kit.js';
import { drawCase, type LargeCase } from '../../../subjects/large/draw.js';
import { functionOf, LATENT, type Large, type Within } from '../../../subjects/large/network.js';
import { Workshop } from '../../../subjects/large/workshop.js';
import { rowsOf } from '../../../subjects/network/jets.js';

export interface Released {
  readonly samba: SambaRules;
  readonly rae: VaeSamRaeRules;
}

interface Case extends LargeCase {
  readonly mode: Large['mode'];
}

const RADII = check.dyadic(1, 7, 11);
const NETWORK = {};

const BATCH = 2;

/** With the statistics of the batch, and with running ones. */
const MODES: readonly Large['mode'][] = ['training', 'evaluation'];

const casesIn = (modes: readonly Large['mode'][]): Given<Case> => ({
  arbitrary: fc
    .noShrink(fc.tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.constantFrom(...modes)))
    .map(([seed, mode]): Case => ({ batch: BATCH, mode, seed })),
  show: ({ seed, batch, mode }: Case) => `networks and ${batch} images of seed ${seed}, ${mode} mode`,
});

/** One of each kind. */
const bothModes = check.only(MODES.map(mode => ({ batch: BATCH, mode, seed: 1 })) as [Case, ...Case[]]);

/** mean_i mse_i: what the released code differentiates. */
const errorOf = ({ net, params, x }: Within, z: tf.Tensor): tf.Tensor =>
  tf.mean(tf.square(tf.sub(x, net.decode(params, z))));

const networkOf = (large: Large) =>
  functionOf(large, {}, within => {
    const { mean } = within.net.encode(within.params, within.x);
    const slope = gradient(z => errorOf(within, z), mean);
    const direction = tf.div(slope, tf.norm(slope, 2, 1, true));
    const along = (t: tf.Tensor): tf.Tensor => errorOf(within, tf.add(mean, tf.mul(t, direction)));
    return {
      error: errorOf(within, mean),
      gradient: slope,
      curvature: gradient(t => gradient(along, t), constant(0)),
    };
  });

/**
 * The error, the |G_i| and the second derivative along all G_i / |G_i| at once: of the network alone, at its
 * codes.
 */
function atCodes(large: Large, seed: number, shop: Workshop) {
  const [error, slopes, curvature] = shop.numbers(NETWORK, `${large.mode} ${large.batch} ${seed}`, () => {
    const inputs = drawCase(large, seed, shop);
    const program = shop.program(NETWORK, `${large.mode} ${large.batch}`, () => networkOf(large));
    const { error, gradient, curvature } = program.run(inputs);
    const slopes = Float64Array.from(rowsOf(gradient!, large.batch), row => mat.norm([...row]));
    return [error!.slice(), slopes, curvature!.slice()];
  });
  return { error: error![0]!, slopes: [...slopes!], curvature: curvature![0]! };
}

/** Outputs of an objective of the released code without its KL; input `alpha2` = lambda^2 / d. */
const objectiveOf = (
  large: Large,
  { evaluate }: ReturnType<typeof makeVaeSamSamba>,
  read: (evaluation: ReturnType<typeof evaluate>) => tf.Tensor,
) =>
  functionOf(large, { alpha2: { shape: [] } }, ({ net, params, x, more }) => ({
    value: read(evaluate(net, params, { x }, { klCoeff: 0, alpha2: more.alpha2! })),
  }));
const tied = (lambda: number) => ({ alpha2: Float64Array.of(lambda ** 2 / LATENT) });

/**
 * SAMBA raises the loss by lambda times the sum of |G_i|, cross-sample terms included, lambda = alpha
 * sqrt(d).
 */
export function largePerSample(
  width: number,
  { shop = new Workshop(width), modes = MODES } = {},
): Check<Released> {
  return check.order<Case, Released>({
    says: `the same on the ResNet-18 of the experiments with softplus, width ${width}, where batch normalisation makes samples depend on each other: the sum of |G_i|, G_i the gradient of the batch's loss`,
    given: casesIn(modes),
    order: 2,
    runs: 8,
    measure: ({ seed, batch, mode }, { samba }) => {
      const large = { width, activation: 'softplus', batch, mode } as const;
      const { error, slopes, curvature } = atCodes(large, seed, shop);
      const inputs = drawCase(large, seed, shop);
      const program = shop.program(samba, `${mode} ${batch}`, () =>
        objectiveOf(large, makeVaeSamSamba(samba), ({ terms }) => terms.reconstruction!),
      );
      const ladder = RADII.map((step, i) => {
        const outputs = i === 0 ? program.run({ ...inputs, ...tied(step) }) : program.update(tied(step));
        const after = outputs.value![0]!;
        return { step, residual: after - error - step * mat.sum(slopes), scale: after + error };
      });
      return { ladder, constant: curvature / 2 };
    },
  });
}

/** The RAE's penalty is the root of the sum of squares of |G_i|. */
export function largeBatchWide(width: number, shop = new Workshop(width)): Check<Released> {
  return check.within<Case, Released>({
    says: `on the ResNet-18 of the experiments, width ${width}, the root of the sum of |G_i|^2, to 1e-12 (rounding)`,
    given: bothModes,
    tolerance: 1e-12,
    measure: ({ seed, batch, mode }, { rae }) => {
      const large = { width, activation: 'softplus', batch, mode } as const;
      const { slopes } = atCodes(large, seed, shop);
      const inputs = drawCase(large, seed, shop);
      const program = shop.program(rae, `${mode} ${batch}`, () =>
        objectiveOf(large, makeVaeSamRae(rae), ({ loss, terms }) => tf.sub(loss, terms.reconstruction!)),
      );
      // large beside the error, which cancels
      const lambda = 2 ** 10;
      return {
        actual: program.run({ ...inputs, ...tied(lambda) }).value!,
        expected: [lambda * mat.norm(slopes)],
      };
    },
  });
}
