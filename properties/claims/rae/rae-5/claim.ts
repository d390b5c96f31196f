/** @file RAE-5: the gradient penalty as summarised, and the three other quantities that go by its name. */
import * as tf from '@tensorflow/tfjs';
import { vjp } from '../../../../src/core/derivatives.js';
import { squaredNorm } from '../../../../src/core/objectives/objective.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { type AutoencoderCase, SHAPES } from '../../../arbitraries/autoencoders.js';
import { check, claim, conditional, mat } from '../../../kit.js';
import { inputSpecs, inputsOf, networkOf, paramsOf } from '../../../subjects/network/network.js';
import { circle, line } from '../../../subjects/rae/blind.js';
import { FEW, onOf, type RaeCase, raeGiven } from '../../../subjects/rae/cases.js';
import { type PlainSample, plainSamples } from '../../../subjects/rae/plain-network.js';
import { evaluated } from '../../../subjects/rae/step.js';
import { MUTANTS, SUBJECT, type Subject, type Variant } from './controls.js';

/** The penalty term of core, without lambda. */
const penalty = (s: Subject, name: Variant, c: RaeCase): number =>
  evaluated(s, name, onOf(c), c).term('penalty');

const pulled = ({ decoderJacobian, z }: PlainSample, v: mat.Vector): number[] =>
  mat.apply(mat.transpose(decoderJacobian, z.length), v);

/** The same from matrix products, sample by sample. */
const FORMULAS: { readonly [K in Variant]: (sample: PlainSample) => number } = {
  jacobian: ({ decoderJacobian }) => mat.norm(decoderJacobian.flat()) ** 2,
  lossGradient: sample => 2 * mat.norm(pulled(sample, mat.subtract(sample.x, sample.y))),
  ghosh: sample => (4 / sample.z.length) * mat.norm(pulled(sample, sample.y)) ** 2,
  pythae: sample => {
    const toCode = pulled(
      sample,
      sample.y.map(() => 1),
    );
    return mat.norm(mat.apply(mat.transpose(sample.encoderJacobian, sample.x.length), toCode)) ** 2;
  },
};

/** The size of what may cancel in them. */
const sizeOf = ({ x, y, decoderJacobian, encoderJacobian }: PlainSample): number => {
  const [decoder, encoder] = [mat.norm(decoderJacobian.flat()) ** 2, mat.norm(encoderJacobian.flat()) ** 2];
  return (
    decoder * (1 + mat.norm(x) ** 2 + mat.norm(y) ** 2 + encoder * y.length) +
    Math.sqrt(decoder) * (mat.norm(x) + mat.norm(y))
  );
};

const mean = (model: AutoencoderCase, f: (sample: PlainSample) => number): number => {
  const samples = plainSamples(model);
  return mat.sum(samples.map(f)) / samples.length;
};

const names = Object.keys(FORMULAS) as Variant[];

const formulas = check.equals<RaeCase, Subject>({
  says: "four penalties: |J|^2 (as summarised), 2|J'(x - y)| (loss gradient), (4/d)|J'y|^2 (released code), |E'J'1|^2 with the encoder's Jacobian E (Pythae)",
  given: raeGiven(FEW),
  runs: 16,
  measure: (c, s) =>
    names.map(what => ({
      what,
      actual: penalty(s, what, c),
      expected: mean(c.model, FORMULAS[what]),
      scale: mean(c.model, sizeOf),
    })),
});

const disagree = check.violates<RaeCase, Subject>({
  says: 'neither code penalises |J|^2, nor does the loss gradient',
  given: raeGiven(SHAPES.control),
  runs: 12,
  measure: (c, s) => {
    const claimed = mean(c.model, FORMULAS.jacobian);
    return (['ghosh', 'pythae', 'lossGradient'] as const).map(what => {
      const actual = penalty(s, what, c);
      return { what, claimed, actual, by: Math.abs(actual - claimed), scale: actual + claimed };
    });
  },
});

/** |J|^2 beside what is blind to it, and the case. */
type Blind = readonly [name: string, blind: Variant, jacobian: number, c: RaeCase];

const seesData = line(0.5, [1, 2]);
const BLIND: readonly [Blind, ...Blind[]] = [
  ['a circle: |D| is constant, and the released code sees nothing', 'ghosh', 4, circle(2, 0.75)],
  ['a circle elsewhere', 'ghosh', 0.25, circle(0.5, -3)],
  [
    'D(z) = (z, -z): the sum of the outputs is constant, and Pythae sees nothing',
    'pythae',
    2,
    {
      ...seesData,
      model: { ...seesData.model, params: { ...seesData.model.params, 'mu.weight': [1, -0.5] } },
    },
  ],
  [
    'an encoder that ignores the data: Pythae sees nothing, whatever the decoder',
    'pythae',
    1,
    circle(1, 0.25),
  ],
  ['a perfect reconstruction: the loss has no gradient', 'lossGradient', 2, line(0.5, [0.5, -0.5])],
];

const blind = check.violates<Blind, Subject>({
  says: 'each is zero for some decoder whose |J|^2 is not',
  given: check.only(BLIND, ([name]) => name),
  measure: ([, variant, claimed, c], s) => {
    const actual = penalty(s, variant, c);
    // all of it: not merely less than |J|^2
    return { claimed, actual, by: actual <= 1e-24 ? claimed : 0, scale: claimed };
  },
});

const seen = check.equals<Blind, Subject>({
  says: 'and the penalty as summarised sees it there',
  given: check.only(BLIND, ([name]) => name),
  measure: ([, , expected, c], s) => ({ actual: penalty(s, 'jacobian', c), expected }),
});

const PROBES = {};

/** mean_i |J_i'v|^2 by one vector-Jacobian product of core. */
function probe(model: AutoencoderCase, v: mat.Vector): number {
  const { shape } = model;
  const program = programOf(PROBES, shape, 'probe', () => ({
    specs: { ...inputSpecs(shape), v: { shape: [shape.batch, v.length] } },
    fn: inputs => {
      const [net, params] = [networkOf(shape), paramsOf(shape, inputs)];
      const { mean: z } = net.encode(params, inputs.x!);
      return { size: tf.mean(squaredNorm(vjp(code => net.decode(params, code), z, inputs.v!))) };
    },
  }));
  const tiled = Float64Array.from({ length: shape.batch * v.length }, (_, k) => v[k % v.length]!);
  return program.run({ ...inputsOf(model), v: tiled }).size![0]!;
}

const SMALL = SHAPES.smooth.filter(({ net }) => net.encoder[0]! <= 5);

const unbiased = check.equals<RaeCase, Subject>({
  says: "one random vector of signs gives |J|^2 without bias, E|J'v|^2 over all of them, for the price of one backward pass",
  given: raeGiven(SMALL),
  runs: 12,
  measure: (c, s) => {
    const probes = s.probes(c.model.shape.net.encoder[0]!);
    return {
      actual: mat.sum(probes.map(v => probe(c.model, v))) / probes.length,
      expected: mean(c.model, FORMULAS.jacobian),
    };
  },
});

const biased = check.violates<RaeCase, Subject>({
  says: "the sum of the outputs, v = 1, is one such vector and no more: |J'1|^2 is not |J|^2",
  given: raeGiven(SHAPES.control),
  runs: 12,
  measure: (c, s) => {
    const actual = probe(c.model, new Array<number>(c.model.shape.net.encoder[0]!).fill(1));
    const claimed = penalty(s, 'jacobian', c);
    return { claimed, actual, by: Math.abs(actual - claimed), scale: actual + claimed };
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-5',
  paper: 'rae',
  source:
    'Ghosh et al. 2020 as summarised, RAE-GP; released code 9478b8f (loss_functions.py); Pythae 6419e21 (rae_gp_model.py)',
  tex: {
    printed: '\\mathcal{L}_{GP} = \\|\\nabla D_{\\theta}(E_{\\phi}(x))\\|^2_2',
    corrected:
      '\\|J_D(z)\\|_F^2 \\ \\ne\\ \\tfrac4d\\,\\|J_D^\\top D(z)\\|^2\\ \\text{(released code)}\\ \\ne\\ \\|J_{D\\circ E}(x)^\\top\\mathbf 1\\|^2\\ \\text{(Pythae)}',
  },
  says: "The gradient penalty as summarised is |J|_F^2 of the decoder; the authors' code penalises (4/d)|J'y|^2 and Pythae |J_{D o E}'1|^2, which vanish for decoders that it does penalise.",
  verdict: conditional(
    'the penalty is computed as summarised, |J|_F^2: the released code and Pythae penalise other quantities, each given by its own formula; one random vector of signs estimates |J|_F^2 without bias',
  ),
  findings: [
    {
      class: 'sharpened',
      changesUse: true,
      title: 'The gradient penalty is three different methods',
      quote: '\\mathcal{L}_{GP} = \\|\\nabla D_{\\theta}(E_{\\phi}(x))\\|^2_2',
      place: 'summary, section Deterministic Regularized Autoencoders, Gradient penalty',
      says: "Read as written it is the squared norm of the decoder's Jacobian; the released code differentiates the squared output, Pythae the summed output through the encoder. The first is blind to a decoder onto a circle, the second to D(z) = (z, -z).",
    },
  ],
  objectives: ['rae-jacobian', 'rae-loss-gradient', 'rae-ghosh-code', 'rae-pythae'],
  subject: SUBJECT,
  checks: { formulas, disagree, blind, seen, unbiased, biased },
  mutants: MUTANTS,
});
