/** @file The RAE's penalty on the decoder's Jacobian, its norm and its power: eq. (3), footnote 2. */
import { RAE_JACOBIAN_RULES, type RaeJacobianRules } from '../../../src/core/objectives/rae/rae-jacobian.js';
import { type AutoencoderCase, SHAPES, type Shape } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, conditional, mat, wrong } from '../../kit.js';
import { atCode, rowsOf } from '../../subjects/network/jets.js';
import type { Part } from '../../subjects/network/network.js';
import { wrongJacobian } from '../../subjects/sam/jacobian-mutants.js';
import { firstLayer } from '../../subjects/sam/pair.js';
import { distance, penaltyGradient, termOf } from '../../subjects/sam/penalties.js';
import { average } from '../../subjects/sam/released.js';
import { jacobianStep } from '../../subjects/sam/steps.js';

/** One sample: the penalty's gradients are those of one Jacobian. One latent, and one output, among them. */
const SINGLE: readonly Shape[] = [0, 6, 7].map(k => ({ ...SHAPES.smooth[k]!, batch: 1 }));
/** The same with two samples. */
const PAIRS: readonly Shape[] = SINGLE.map(shape => ({ ...shape, batch: 2 }));
/** At least two latents and two outputs: norms differ. */
const WIDE: readonly Shape[] = [0, 1, 2].map(k => SHAPES.smooth[k]!);

const PARTS = ['z', 'phi', 'theta'] as const;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** The slope of an activation at x. */
const SLOPES: Readonly<Record<string, (x: number) => number>> = {
  tanh: x => 1 - Math.tanh(x) ** 2,
  sigmoid: x => logistic(x) * (1 - logistic(x)),
  softplus: logistic,
};

/** J = V_2 diag(slope(V_1 z + b_1)) V_1 of a decoder with one hidden layer, a matrix a sample. */
function jacobians(c: AutoencoderCase): number[][][] {
  const slope = SLOPES[c.shape.net.activation]!;
  const [v1, b1] = [firstLayer(c), c.params['decoder.0.bias']!];
  const flat = Float64Array.from(c.params['decoder.1.weight']!);
  const v2 = rowsOf(flat, c.shape.net.decoder[2]!).map(row => [...row]);
  return rowsOf(atCode(c).mean, c.shape.batch).map(z => {
    const hidden = mat.apply(v1, [...z]).map((x, k) => slope(x + b1[k]!));
    const inner = v1.map((row, k) => mat.scale(hidden[k]!, row));
    return mat.multiply(v2, inner);
  });
}

/** Samples whose Jacobians differ in size, by a hundredth at least. */
const differ = (c: AutoencoderCase): boolean => {
  const [first, second] = jacobians(c).map(frobenius) as [number, number];
  return Math.abs(first - second) > 0.01 * second;
};
const unequal = everyShape(PAIRS);

const frobenius = (j: readonly (readonly number[])[]): number => mat.norm(j.flat());

/** Core's penalty, the mean over the batch. */
const penaltyOf = (c: AutoencoderCase, rules: RaeJacobianRules, power: 1 | 2): number =>
  termOf(c, jacobianStep(rules, c.shape, power), 'penalty');

/** The gradients of |J| and of |J|^2. */
const gradientsOf = (c: AutoencoderCase, rules: RaeJacobianRules, part: Part) => {
  const [once, twice] = ([1, 2] as const).map(power => {
    const { value, scale } = penaltyGradient(c, jacobianStep(rules, c.shape, power), part);
    return { value: [...value], scale };
  });
  return [once!, twice!] as const;
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
    printed:
      'L_{RAE} = \\mathbb E_q\\left[\\|x-f(z)\\|^2\\right] + \\tfrac\\beta2\\|z\\|^2 + \\lambda\\,\\|J_f(z)\\|',
    corrected:
      "L_{RAE} = \\|x-f(z)\\|^2 + \\tfrac\\beta2\\|z\\|^2 + \\lambda\\,\\|J_f(z)\\|_F,\\quad z=g(x);\\qquad \\nabla\\left(\\lambda\\|J\\|_F\\right) = \\nabla\\left(\\lambda'\\|J\\|_F^2\\right)\\ \\text{only with}\\ \\lambda'=\\frac{\\lambda}{2\\|J\\|_F}",
  },
  says: "The RAE is deterministic, so the expectation over q is vacuous, and the norm and its power have to be named: |J|_F and |J|_F^2 give the same gradient only with lambda' = lambda/(2|J|_F), which differs from code to code, and the spectral norm is another penalty again.",
  verdict: conditional(
    'the Frobenius norm is meant, its power is stated, and the expectation over q is dropped',
  ),
  findings: [
    {
      class: 'misprint',
      title: 'The RAE has no distribution to average over',
      quote:
        'Since the RAE is deterministic $\\mu_{\\boldsymbol{z}|\\boldsymbol{x}}(\\boldsymbol{x}) = \\boldsymbol{z}$',
      place: 'footnote 1',
      says: 'So the expectation over q in eq. (3) is one over the data alone.',
    },
    {
      class: 'caveat',
      title: 'The norm of the Jacobian and its square are two methods',
      quote:
        'Ghosh et al. (2020) uses both $\\|\\mathbf{J}_{f}(z)\\|$ (Eq. 15) and $\\|\\mathbf{J}_{f}(z)\\|^{2}$ (Sec. 3.1); we use $\\|\\mathbf{J}_{f}(z)\\|$',
      place: 'footnote 2',
      says: 'How far apart they are: a weight lambda on |J| has the gradient of a weight lambda/(2|J|) on |J|², which differs from code to code. Which matrix norm is meant the paper leaves open; here it is the Frobenius norm.',
    },
  ],
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
          const [once, twice] = gradientsOf(c, jacobian, part);
          const scale = once.scale + factor * twice.scale;
          return { actual: mat.scale(factor, twice.value), expected: once.value, scale, what: part };
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
        const [actual, squared] = gradientsOf(c, jacobian, 'z').map(({ value }) =>
          value.slice(value.length / 2),
        ) as [number[], number[]];
        // what is left once the first lambda' is replaced by the second is none of it
        const rest = mat.norm(mat.subtract(mat.scale(second, squared), actual));
        const missed = distance(mat.scale(first, squared), actual);
        return { ...missed, by: missed.by - 8 * rest };
      },
    }),
    sameLambda: check.violates({
      says: 'with one lambda for both the gradients differ',
      given: everyShape(SINGLE),
      runs: 24,
      measure: (c, { jacobian }) => {
        const [once, twice] = gradientsOf(c, jacobian, 'theta');
        return distance(twice.value, once.value);
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
    ...wrongJacobian<Subject>(
      'powerForgotten',
      'alwaysSquared',
      'largestEntry',
      'summedOutputs',
      'batchNorm',
      'notDifferentiated',
    ),
  },
});
