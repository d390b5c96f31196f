/** @file The RAE's penalty on the decoder's Jacobian, its norm and its power: eq. (3), footnote 2. */
import * as tf from '@tensorflow/tfjs';
import { vjp } from '../../../src/core/derivatives.js';
import { RAE_JACOBIAN_RULES, type RaeJacobianRules } from '../../../src/core/objectives/rae/rae-jacobian.js';
import { detach } from '../../../src/engine/ops.js';
import { type AutoencoderCase, SHAPES, type Shape } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, conditional, mat, mutant, wrong } from '../../kit.js';
import { atCode, rowsOf } from '../../subjects/network/jets.js';
import { inputsOf } from '../../subjects/network/network.js';
import { firstLayer } from '../../subjects/sam/pair.js';
import { penaltyGradient } from '../../subjects/sam/penalties.js';
import { jacobianStep } from '../../subjects/sam/steps.js';

/** One sample: the penalty's gradients are those of one Jacobian. One latent, and one output, among them. */
const SINGLE: readonly Shape[] = [0, 6, 7].map(k => ({ ...SHAPES.smooth[k]!, batch: 1 }));
/** The same with two samples. */
const PAIRS: readonly Shape[] = SINGLE.map(shape => ({ ...shape, batch: 2 }));
/** At least two latents and two outputs: norms differ. */
const WIDE: readonly Shape[] = [0, 1, 2].map(k => SHAPES.smooth[k]!);

const PARTS = ['z', 'phi', 'theta'] as const;

/** The slope of an activation at x. */
const SLOPES: Readonly<Record<string, (x: number) => number>> = {
  tanh: x => 1 - Math.tanh(x) ** 2,
  sigmoid: x => {
    const s = 1 / (1 + Math.exp(-x));
    return s * (1 - s);
  },
  softplus: x => 1 / (1 + Math.exp(-x)),
};

/** J = V_2 diag(slope(V_1 z + b_1)) V_1 of a decoder with one hidden layer, a matrix a sample. */
function jacobians(c: AutoencoderCase): number[][][] {
  const slope = SLOPES[c.shape.net.activation]!;
  const [v1, b1] = [firstLayer(c), c.params['decoder.0.bias']!];
  const flat = Float64Array.from(c.params['decoder.1.weight']!);
  const v2 = rowsOf(flat, c.shape.net.decoder[2]!).map(row => [...row]);
  return rowsOf(atCode(c).mean, c.shape.batch).map(z => {
    const slopes = mat.apply(v1, [...z]).map((x, k) => slope(x + b1[k]!));
    return mat.multiply(
      v2,
      v1.map((row, k) => mat.scale(slopes[k]!, row)),
    );
  });
}

/** Samples whose Jacobians differ in size, by a hundredth at least. */
const differ = (c: AutoencoderCase): boolean => {
  const [first, second] = jacobians(c).map(frobenius) as [number, number];
  return Math.abs(first - second) > 0.01 * second;
};
const unequal = everyShape(PAIRS);

const frobenius = (j: readonly (readonly number[])[]): number => mat.norm(j.flat());
const average = (values: mat.Vector): number => mat.sum(values) / values.length;

/** Core's penalty, the mean over the batch. */
const penaltyOf = (c: AutoencoderCase, rules: RaeJacobianRules, power: 1 | 2): number =>
  jacobianStep(rules, c.shape, power).run({ ...inputsOf(c), lambda: Float64Array.of(1) })[
    'term.penalty'
  ]![0]!;

const inJacobian = (says: string, replaced: Partial<RaeJacobianRules>) => {
  const jacobian = { ...RAE_JACOBIAN_RULES, ...replaced };
  return mutant<Subject>(says, subject => ({ ...subject, jacobian }));
};

const SUBJECT = {
  jacobian: RAE_JACOBIAN_RULES,
  /** The lambda' of lambda' |J|^2 that gives the gradient of lambda |J|. */
  equivalent: (lambda: number, size: number) => lambda / (2 * size),
};
type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-3',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (3), footnote 2',
  tex: {
    printed: 'L_{RAE} = \\mathbb E_q\\left[\\|x-f(z)\\|^2\\right] + \\lambda\\,\\|J_f(z)\\|',
    corrected:
      "L_{RAE} = \\|x-f(z)\\|^2 + \\lambda\\,\\|J_f(z)\\|_F,\\quad z=g(x);\\qquad \\nabla\\left(\\lambda\\|J\\|_F\\right) = \\nabla\\left(\\lambda'\\|J\\|_F^2\\right)\\ \\text{only with}\\ \\lambda'=\\frac{\\lambda}{2\\|J\\|_F}",
  },
  says: "The RAE is deterministic, so the expectation over q is vacuous, and the norm and its power have to be named: |J|_F and |J|_F^2 give the same gradient only with lambda' = lambda/(2|J|_F), which differs from code to code, and the spectral norm is another penalty again.",
  verdict: conditional(
    'the Frobenius norm is meant, its power is stated, and the expectation over q is dropped',
  ),
  objectives: ['rae-jacobian'],
  subject: SUBJECT,
  checks: {
    value: check.equals({
      says: 'what is penalised is |J|_F, or its square, with J = V_2 diag(slope) V_1 in closed form',
      given: everyShape(WIDE),
      runs: 32,
      measure: (c, { jacobian }) => {
        const sizes = jacobians(c).map(frobenius);
        return check.agree({
          norm: [penaltyOf(c, jacobian, 1), average(sizes)],
          square: [penaltyOf(c, jacobian, 2), average(sizes.map(x => x * x))],
        });
      },
    }),
    sameGradient: check.equals({
      says: "at one code the gradients of lambda |J| and of lambda' |J|^2 agree, for codes, encoder and decoder",
      given: everyShape(SINGLE),
      runs: 32,
      measure: (c, { jacobian, equivalent }) => {
        const factor = equivalent(1, frobenius(jacobians(c)[0]!));
        return PARTS.map(part => {
          const once = penaltyGradient(c, jacobianStep(jacobian, c.shape, 1), part);
          const twice = penaltyGradient(c, jacobianStep(jacobian, c.shape, 2), part);
          return {
            actual: mat.scale(factor, [...twice.value]),
            expected: once.value,
            scale: once.scale + factor * twice.scale,
            what: part,
          };
        });
      },
    }),
    oneConstant: check.violates({
      says: "no one lambda' serves two codes: lambda' |J|^2 at the first one's lambda' misses the gradient at the second",
      given: {
        ...unequal,
        arbitrary: unequal.arbitrary.filter(differ),
        examples: unequal.examples!.filter(differ),
      },
      runs: 24,
      measure: (c, { jacobian, equivalent }) => {
        const [first, second] = jacobians(c).map(j => equivalent(1, frobenius(j))) as [number, number];
        const once = penaltyGradient(c, jacobianStep(jacobian, c.shape, 1), 'z');
        const twice = penaltyGradient(c, jacobianStep(jacobian, c.shape, 2), 'z');
        const half = (values: Float64Array): number[] => [...rowsOf(values, 2)[1]!];
        const [claimed, actual] = [mat.scale(first, half(twice.value)), half(once.value)];
        // what is left once the first lambda' is replaced by the second is none of it
        const rest = mat.norm(mat.subtract(mat.scale(second, half(twice.value)), actual));
        return {
          claimed: mat.norm(claimed),
          actual: mat.norm(actual),
          by: mat.norm(mat.subtract(claimed, actual)) - 8 * rest,
          scale: mat.norm(actual) + mat.norm(claimed),
        };
      },
    }),
    sameLambda: check.violates({
      says: 'with one lambda for both the gradients differ',
      given: everyShape(SINGLE),
      runs: 24,
      measure: (c, { jacobian }) => {
        const [once, twice] = ([1, 2] as const).map(power => [
          ...penaltyGradient(c, jacobianStep(jacobian, c.shape, power), 'theta').value,
        ]) as [number[], number[]];
        return {
          claimed: mat.norm(twice),
          actual: mat.norm(once),
          by: mat.norm(mat.subtract(once, twice)),
          scale: mat.norm(once) + mat.norm(twice),
        };
      },
    }),
    spectral: check.bound({
      says: 'the Frobenius norm lies between the spectral norm and sqrt(min(D, d)) times it',
      given: everyShape(
        SHAPES.smooth.filter(({ net }) => net.decoder.length === 3 && net.activation in SLOPES),
      ),
      runs: 32,
      measure: (c, { jacobian }) => {
        const tops = jacobians(c).map(j => mat.svd(j).values[0]!);
        const size = penaltyOf(c, jacobian, 1);
        const rank = Math.min(c.shape.net.latent, c.shape.net.decoder.at(-1)!);
        return check.below({
          'spectral norm': [average(tops), size],
          'times the root of the rank': [size, Math.sqrt(rank) * average(tops)],
        });
      },
    }),
    notSpectral: check.violates({
      says: 'and is not the spectral norm where there are two latents and two outputs',
      given: everyShape(WIDE),
      runs: 24,
      measure: (c, { jacobian }) => {
        const claimed = average(jacobians(c).map(j => mat.svd(j).values[0]!));
        const actual = penaltyOf(c, jacobian, 1);
        return { claimed, actual, by: actual - claimed, scale: actual };
      },
      margin: 2 ** 12,
    }),
  },
  mutants: {
    ...wrong.formula(SUBJECT, 'equivalent', {
      sameLambda: ["lambda' = lambda", lambda => lambda],
      noTwo: ["lambda' = lambda/|J|", (lambda, size) => lambda / size],
      constantSize: ["lambda' = lambda/2", lambda => lambda / 2],
    }),
    powerForgotten: inJacobian('the norm is penalised where its square is asked for', {
      measure: j => RAE_JACOBIAN_RULES.measure(j, 1),
    }),
    alwaysSquared: inJacobian('the square is penalised where the norm is asked for', {
      measure: j => RAE_JACOBIAN_RULES.measure(j, 2),
    }),
    largestEntry: inJacobian('the largest entry for the Frobenius norm', {
      measure: (j, power) => tf.pow(tf.max(tf.abs(tf.reshape(j, [j.shape[0]!, -1])), 1), power),
    }),
    summedOutputs: inJacobian('the gradient of the summed outputs for the Jacobian, as one library has it', {
      jacobian: at => tf.expandDims(vjp(at.decode, at.z, tf.onesLike(at.decode(at.z))), 1),
    }),
    batchNorm: inJacobian('one norm for the whole batch', {
      measure: (j, power) =>
        tf.tile(RAE_JACOBIAN_RULES.measure(tf.reshape(j, [1, -1, j.shape[2]!]), power), [j.shape[0]!]),
    }),
    notDifferentiated: inJacobian('the Jacobian is held fixed in the square', {
      measure: (j, power) => RAE_JACOBIAN_RULES.measure(power === 2 ? detach(j) : j, power),
    }),
  },
});
