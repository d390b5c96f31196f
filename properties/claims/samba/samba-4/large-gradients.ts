/** @file The gradients that train on the ResNet-18 of the experiments, against differences of the loss. */
import type * as tf from '@tensorflow/tfjs';
import type { Objective } from '../../../../src/core/objectives/objective.js';
import {
  makeRaeLossGradient,
  type RaeLossGradientRules,
} from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { makeVae, VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { detach } from '../../../../src/engine/ops.js';
import { type Check, type Controls, check, mutant } from '../../../kit.js';
import { batchesOf, type LargeCase } from '../../../subjects/large/draw.js';
import { slopesAt } from '../../../subjects/large/slopes.js';
import { directionsAt } from '../../../subjects/large/steps.js';
import { Workshop } from '../../../subjects/large/workshop.js';
import { DETACH_MUTANTS, inRae, inSamba, PENALTY_MUTANTS } from '../../../subjects/sam/mutants.js';

/** The objectives of the experiments. */
export interface Trained {
  readonly vae: VaeRules;
  readonly samba: SambaRules;
  readonly rae: RaeLossGradientRules;
}

/** Two samples: batch normalisation makes each depend on the other. */
const BATCH = 2;
const GAUSSIAN = { rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } } as const;

const withHyper = <Hyper>(objective: Objective<Hyper>, hyper: Hyper): Objective<undefined> => ({
  ...objective,
  evaluate: (net, params, inputs) => objective.evaluate(net, params, inputs, hyper),
});

/** SAMBA's gradient holds the direction of its step fixed: so does the loss whose differences are taken. */
const held =
  (rules: SambaRules) =>
  (direction: tf.Tensor): Objective<undefined> =>
    withHyper(makeSamba({ ...rules, normalise: () => direction }), GAUSSIAN);

/** One objective's gradient is the derivative of its loss. */
export function largeGradients(width: number): Check<Trained> {
  const shop = new Workshop(width);
  return check.within<LargeCase, Trained>({
    says: `so are those of the VAE, of SAMBA with its direction held fixed, and of the RAE on the ResNet-18 of the experiments in training mode, width ${width}, to 1e-8 along a random direction in all parameters (the differences are off by the sixth power of a step of 1e-3)`,
    given: batchesOf(BATCH),
    tolerance: 1e-8,
    runs: 1,
    measure: ({ seed, batch }, { vae, samba, rae }) => {
      const large = { width, activation: 'softplus', batch, mode: 'training' } as const;
      const direction = directionsAt({ of: large, parts: [], seed, shop });
      const all = [
        { rules: vae, objective: withHyper(makeVae(vae), GAUSSIAN) },
        { rules: samba, objective: withHyper(makeSamba(samba), GAUSSIAN), held: held(samba), direction },
        {
          rules: rae,
          objective: withHyper(makeRaeLossGradient(rae), { rec: 'mean', beta: 0.1, lambda: 0.3 }),
        },
      ];
      return all.map(one => {
        const { gradient, differences } = slopesAt(large, seed, shop, one);
        return { actual: differences, expected: gradient, what: one.objective.name };
      });
    },
  });
}

const meanHeld: Partial<VaeRules> = {
  sample: (mean, scale, noise) => VAE_RULES.sample(detach(mean), scale, noise),
};

/** Gradients that are not those of their losses, one for each objective. */
export const largeGradientsControls = <Subject extends Trained>(): Controls<Subject> => ({
  meanHeld: mutant<Subject>('the VAE decodes a mean that is not differentiated', s => ({
    ...s,
    vae: { ...s.vae, ...meanHeld },
  })),
  ...inSamba<Subject>({ noDetach: DETACH_MUTANTS.noDetach }),
  ...inRae<Subject>({ constantPenalty: PENALTY_MUTANTS.constantPenalty }),
});
