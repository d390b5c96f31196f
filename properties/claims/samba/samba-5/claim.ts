/** @file Section 3.2, J_f := grad_z L: the Jacobian and the gradient of the loss are two penalties. */

import { RAE_JACOBIAN_RULES } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_LOSS_GRADIENT_RULES } from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SAMBA_RULES } from '../../../../src/core/objectives/samba/samba.js';
import { VAE, VAE_RULES } from '../../../../src/core/objectives/vae/vae.js';
import type { Arrays } from '../../../../src/engine/program.js';
import { SHAPES } from '../../../arbitraries/autoencoders.js';
import { everyShape } from '../../../arbitraries/given.js';
import { check, claim, mat, quad, refuted } from '../../../kit.js';
import { withResiduals } from '../../../subjects/network/degenerate.js';
import { jacobiansOf, penalisedOf } from '../../../subjects/network/jacobians.js';
import { atCode } from '../../../subjects/network/jets.js';
import { collect, inputsOf, type Part } from '../../../subjects/network/network.js';
import { wrongJacobian } from '../../../subjects/sam/jacobian-mutants.js';
import { wrongRae } from '../../../subjects/sam/mutants.js';
import { roundOff } from '../../../subjects/sam/pair.js';
import * as penalties from '../../../subjects/sam/penalties.js';
import { jacobianStep, raeStep } from '../../../subjects/sam/steps.js';
import { inVae } from '../../../subjects/vae/elbo-mutants.js';
import { COUNTEREXAMPLE, linearPenalties, literalExpansion, noiseExpansion } from './expansions.js';

const oneOutput = SHAPES.smooth.filter(({ net }) => net.decoder.at(-1) === 1);
const fewLatents = SHAPES.smooth.filter(
  ({ net }) => net.latent === 2 && net.decoder.length === 3 && net.decoder[2]! > 1,
);

const SUBJECT = {
  samba: SAMBA_RULES,
  rae: RAE_LOSS_GRADIENT_RULES,
  jacobian: RAE_JACOBIAN_RULES,
  vae: VAE_RULES,
};

type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-5',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 3.2, eq. (3)-(4), (14)-(17)',
  tex: {
    printed:
      'L_{RAE} = \\mathbb E_q\\,\\|x-f(z)\\|^2 + \\tfrac\\beta2\\|z\\|^2 + \\lambda\\,\\|J_f(z)\\|,\\qquad J_f := \\nabla_z L',
    corrected:
      '\\nabla_z L = 2 J_f^\\top\\left(f(z)-x\\right) \\neq J_f;\\qquad \\mathbb E\\,\\|x-f(\\mu+\\alpha\\eta)\\|^2 = \\|x-f(\\mu)\\|^2 + \\alpha^2\\|J_f\\|_F^2 + \\alpha^2\\textstyle\\sum_k r_k\\,\\mathrm{tr}\\nabla^2 f_k + O(\\alpha^4)',
  },
  says: "SAMBA's penalty is the norm of the loss gradient 2 J'r, not of the decoder's Jacobian J: it vanishes at perfect reconstruction and moves the code of a linear decoder, where the Jacobian does neither; a penalty on |J|^2 is what Gaussian noise gives.",
  verdict: refuted({
    counterexample: 'D = d = 1, f(z) = wz: the z-gradient of |w| is 0, that of |2w(wz - x)| is +-2w^2',
    corrected:
      "grad_z L = 2 J'(f - x) is what SAMBA penalises to first order; alpha^2 |J|_F^2 belongs to the VAE",
  }),
  findings: [
    {
      class: 'error',
      title: "The decoder Jacobian of SAMBA's equivalence is the gradient of the loss",
      quote:
        "decoder Jacobian's norm, i.e., $\\|\\mathbf{J}_{f}(z)\\|$ [...] We denote $\\mathbf{J}_{f} := \\nabla_{z} \\mathcal{L}$",
      place: 'section 2, before eq. (3); section 3.2',
      says: 'One symbol has two meanings. All gradient identities between SAMBA and the regularised autoencoder hold for the penalty on the gradient of the reconstruction loss with respect to the code, which section 3.2 names J_f. For the Jacobian of the generated sample, which sections 1 and 2 and Ghosh et al. penalise, they fail at first order: with one datum, one latent and f(z) = wz the gradient of |w| is 0 and that of |2w(wz - x)| is ±2w². What the squared Jacobian penalty matches is the noise of a VAE.',
      also: ['SAMBA-17', 'SAMBA-25'],
      changesUse: true,
    },
  ],
  objectives: ['rae-loss-gradient', 'rae-jacobian', 'vae'],
  subject: SUBJECT,
  checks: {
    smallestCounterexample: check.violates({
      says: 'for f(z) = wz the literal penalty has no z-gradient, the loss-gradient penalty has',
      given: check.only([COUNTEREXAMPLE], () => 'w = 1, x = 1, z = 0'),
      measure: (c, { rae, jacobian }) => {
        const [claimed] = penalties.penaltyGradient(c, jacobianStep(jacobian, c.shape, 1), 'z').value;
        const [actual] = penalties.penaltyGradient(c, raeStep(rae, c.shape), 'z').value;
        return { claimed: claimed!, actual: actual!, by: Math.abs(actual! - claimed!), scale: 2 };
      },
    }),
    perfectReconstruction: check.violates({
      says: 'at perfect reconstruction SAMBA penalises nothing while |J|_F is positive',
      given: everyShape(SHAPES.control),
      runs: 16,
      measure: (given, { rae, jacobian }) => {
        const c = withResiduals(given, [0]);
        const claimed = penalties.termOf(c, jacobianStep(jacobian, c.shape, 1), 'penalty');
        const actual = penalties.termOf(c, raeStep(rae, c.shape), 'penalty');
        return { claimed, actual, by: claimed - actual, scale: claimed };
      },
    }),
    lossGradient: check.equals({
      says: "what is penalised is 2 J'r",
      given: everyShape(SHAPES.smooth),
      runs: 48,
      measure: (c, { rae }) => {
        const [jacobians, r] = [jacobiansOf(c), penalties.residuals(c)];
        return penalisedOf(c, rae).map((g, i) => ({
          actual: g,
          expected: mat.scale(2, mat.apply(mat.transpose(jacobians[i]!), r[i]!)),
          scale: c.shape.batch * roundOff(c, atCode(c)),
        }));
      },
    }),
    sandwich: check.bound({
      says: "2 s_min(J')|r| <= |grad_z L| <= 2 |J|_2 |r| <= 2 |J|_F |r|",
      given: everyShape(SHAPES.smooth),
      runs: 48,
      measure: (c, { rae }) => {
        const [jacobians, r] = [jacobiansOf(c), penalties.residuals(c)];
        const rounding = c.shape.batch * roundOff(c, atCode(c));
        return penalisedOf(c, rae).flatMap((g, i) => {
          const values = mat.svd(mat.transpose(jacobians[i]!)).values;
          const [size, length] = [2 * mat.norm(r[i]!), mat.norm([...g])];
          const top = values[0]! * size;
          return check.below({
            'smallest singular value': [values.at(-1)! * size, length, rounding],
            'largest singular value': [length, top, rounding],
            'Frobenius norm': [top, mat.norm(jacobians[i]!.flat()) * size],
          });
        });
      },
    }),
    oneOutput: check.equals({
      says: 'with one output the values agree up to the weight 2|r|, which depends on the data',
      given: everyShape(oneOutput),
      runs: 32,
      measure: (c, { rae }) => {
        const [jacobians, r] = [jacobiansOf(c), penalties.residuals(c)];
        return penalisedOf(c, rae).map((g, i) => ({
          actual: mat.norm([...g]),
          expected: 2 * mat.norm(r[i]!) * mat.norm(jacobians[i]!.flat()),
          scale: c.shape.batch * roundOff(c, atCode(c)),
        }));
      },
    }),
    linearDecoder: check.equals({
      says: "for f = Wz + b the Jacobian penalty moves neither code nor encoder, the loss-gradient penalty moves the code by 2W'Wu; their W-gradients are W/|W|_F and 2(ru' + Wuz')",
      given: everyShape(SHAPES.linear),
      runs: 32,
      measure: (c, { rae, jacobian }) => {
        const theorem = linearPenalties(c);
        const [literal, live] = [jacobianStep(jacobian, c.shape, 1), raeStep(rae, c.shape)];
        const penalty = (
          program: typeof live,
          part: Part,
          expected: readonly number[] | null,
          what: string,
        ) => {
          const { value, scale } = penalties.penaltyGradient(c, program, part);
          return { actual: value, expected: expected ?? value.map(() => 0), scale, what: `${what}, ${part}` };
        };
        return [
          penalty(literal, 'z', null, 'Jacobian penalty'),
          penalty(literal, 'phi', null, 'Jacobian penalty'),
          penalty(literal, 'theta', theorem.literalTheta, 'Jacobian penalty'),
          penalty(live, 'z', theorem.z, 'loss-gradient penalty'),
          penalty(live, 'theta', theorem.theta, 'loss-gradient penalty'),
        ];
      },
    }),
    literalIsFirstOrder: check.order({
      says: 'with |J|_F on the right, eq. (14) and (16) are off by rho (Hu - grad |J|_F): an error of first order',
      given: everyShape(SHAPES.control),
      order: 1,
      runs: 12,
      measure: (c, { samba, jacobian }) => literalExpansion(c, samba, jacobian),
    }),
    notProportional: check.violates({
      says: 'its size is not a constant times |J|_F: the ratio differs between two codes of one decoder',
      given: everyShape(SHAPES.control),
      runs: 32,
      measure: (c, { rae }) => {
        const jacobians = jacobiansOf(c);
        const [claimed, actual] = penalisedOf(c, rae).map(
          (g, i) => mat.norm([...g]) / mat.norm(jacobians[i]!.flat()),
        );
        return {
          claimed: claimed!,
          actual: actual!,
          by: Math.abs(claimed! - actual!),
          scale: claimed! + actual!,
        };
      },
    }),
    noise: check.order({
      says: 'Gaussian noise gives alpha^2 |J|_F^2 and alpha^2 sum r_k tr grad^2 f_k: the rest is of order four, with the fourth derivatives as constant',
      given: everyShape(fewLatents),
      order: 4,
      measure: (c, { jacobian, vae }) => noiseExpansion(c, jacobian, vae),
    }),
    noiseLinear: check.equals({
      says: "for a linear decoder the VAE's mean loss and gradients are exactly those of the RAE with alpha^2 |J|_F^2",
      given: everyShape(SHAPES.linear),
      runs: 32,
      measure: (c, { jacobian, vae }) => {
        const read = (outputs: Arrays): number[] => [
          ...penalties.reconstructionOf(outputs),
          ...collect(outputs, 'grad', 'phi'),
          ...collect(outputs, 'grad', 'theta'),
        ];
        const noisy = penalties.vaeMean(c, vae, c.alpha, quad.sigmaPoints(c.shape.net.latent), read);
        const lambda = Float64Array.of(c.alpha ** 2);
        const outputs = jacobianStep(jacobian, c.shape, 2).run({ ...inputsOf(c), lambda });
        const [, ...gradients] = read(outputs);
        const rounding = roundOff(c, atCode(c)) * (1 + c.alpha) ** 2;
        return check.agree({
          loss: [noisy[0]!, outputs.loss!],
          'encoder and decoder': [noisy.slice(1), gradients, rounding],
        });
      },
    }),
  },
  mutants: {
    ...wrongRae<Subject>('literalJacobian', 'squaredPenalty', 'constantPenalty', 'halfPenalty'),
    ...wrongJacobian<Subject>('summedOutputs', 'largestEntry', 'powerForgotten'),
    ...inVae<Subject>({
      noiseByVariance: VAE.mistakes.varianceForDeviation,
      noNoise: VAE.mistakes.noNoise,
    }),
  },
});
