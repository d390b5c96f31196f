/** @file RAE-2: what the penalty on the codes bounds: the codes, and not the weights of the decoder. */
import { check, claim, conditional, mat } from '../../../kit.js';
import { FEW, onOf, type RaeCase, raeGiven } from '../../../subjects/rae/cases.js';
import { type PlainSample, plainSamples } from '../../../subjects/rae/plain-network.js';
import * as step from '../../../subjects/rae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { normalised } from './normalised.js';

/** The same autoencoder with codes z / c and the decoder's first weights c W: the same function. */
function rescaled({ net, values, ...rest }: step.On, c: number): step.On {
  const change: Readonly<Record<string, number>> = {
    'mu.weight': 1 / c,
    'mu.bias': 1 / c,
    'decoder.0.weight': c,
  };
  const params = Object.fromEntries(
    Object.entries(values.params).map(([name, w]) => [name, Array.from(w, x => x * (change[name] ?? 1))]),
  );
  return { net, values: { ...values, params }, ...rest };
}

/** Powers of two: rescaling rounds nothing. */
const FACTORS = [2, 2 ** 5, 2 ** 12];

type Name = 'scopedL2' | step.Variant;

/** An objective of the subject, weight decay in the scope of the released code among them. */
const at = (s: Subject, name: Name, on: step.On, weights: step.Weights): step.Evaluated =>
  name === 'scopedL2'
    ? step.evaluated({ l2: s.scopedL2 }, 'l2', on, weights)
    : step.evaluated(s, name, on, weights);

/** What leaves the decoder's first weights free, and how checks call it. */
const VACUOUS: readonly (readonly [Name, string])[] = [
  ['rae', 'none'],
  ['pythae', 'pythae'],
  ['scopedL2', 'weight decay in the scope of the released code'],
];

export const given = raeGiven(FEW);

const unbounded = check.violates<RaeCase, Subject>({
  says: 'what escapes is the decoder: without a penalty that sees its first weights (none, Pythae, the scope of the released weight decay) rescaling codes by 1/c and those weights by c lowers the loss, however large they are already',
  given,
  runs: 8,
  measure: (c, s) =>
    VACUOUS.flatMap(([name, what]) => {
      const claimed = at(s, name, onOf(c), c).loss;
      return FACTORS.map(factor => {
        const actual = at(s, name, rescaled(onOf(c), factor), c).loss;
        return { what: `${what}, c = ${factor}`, claimed, actual, by: claimed - actual, scale: claimed };
      });
    }),
});

const meanSquaredCode = (c: RaeCase): number => {
  const squares = plainSamples(c.model).map(({ z }) => mat.dot(z, z));
  return mat.sum(squares) / squares.length;
};

const vacuous = check.equals<RaeCase, Subject>({
  says: 'the loss is then REC + beta |z|^2 / (2 c^2) plus an unchanged penalty: its infimum is that of REC, and not attained',
  given,
  runs: 8,
  measure: (c, s) =>
    VACUOUS.flatMap(([name, what]) => {
      const here = at(s, name, onOf(c), c).loss;
      return FACTORS.map(factor => ({
        what: `${what}, c = ${factor}`,
        actual: at(s, name, rescaled(onOf(c), factor), c).loss,
        expected: here - (c.beta * meanSquaredCode(c) * (1 - factor ** -2)) / 2,
        scale: here,
      }));
    }),
});

const codes = check.bound<RaeCase, Subject>({
  says: 'the codes do not escape: where the loss is at most L0, their mean |z|^2 is at most 2 L0 / beta, with any penalty and with none',
  given,
  runs: 8,
  measure: (c, s) =>
    (['rae', 'pythae', 'scopedL2', 'l2', 'jacobian', 'ghosh'] as const).flatMap(name =>
      // the larger beta, the less is lost
      [1, 2 ** 10].map(factor => {
        const weights = { beta: factor * c.beta, lambda: c.lambda };
        const upper = s.largestCode(at(s, name, onOf(c), weights).loss, weights.beta);
        return { what: `${name}, ${factor}`, lower: meanSquaredCode(c), upper, scale: upper };
      }),
    ),
});

/**
 * What a penalty adds to d/dlog c of the loss when latent j shrinks by c and the decoder's column j grows.
 */
type Growth = (sample: PlainSample, j: number, c: RaeCase) => number;

const column = (sample: PlainSample, j: number): number[] => sample.decoderJacobian.map(row => row[j]!);

const GROWTH: Partial<Record<Name, Growth>> = {
  rae: () => 0,
  pythae: () => 0,
  jacobian: (sample, j) => 2 * mat.norm(column(sample, j)) ** 2,
  ghosh: (sample, j) => (8 / sample.z.length) * mat.dot(column(sample, j), sample.y) ** 2,
  l2: (sample, j, { model }) =>
    2 * mat.sum(model.params['decoder.0.weight']!.map((w, k) => (k % sample.z.length === j ? w * w : 0))),
};

const scaling = check.equals<RaeCase, Subject>({
  says: 'at any parameters and for every latent j, W_j its weights in the decoder and M_j in the encoder: <dL/dW_j, W_j> - <dL/dM_j, M_j> is 2 lambda mean |J_j|^2 (Jacobian), 2 lambda |W_j|^2 (L2), (8 lambda/d) mean (J_j.y)^2 (released code) or 0 (Pythae, none), less beta mean Z_j^2',
  given,
  runs: 12,
  measure: (c, s) => {
    const on = onOf(c);
    const samples = plainSamples(c.model);
    const d = c.model.shape.net.latent;
    const weight = c.model.params['decoder.0.weight']!;
    const head = c.model.params['mu.weight']!;
    const bias = c.model.params['mu.bias']!;
    const features = head.length / d;
    return Object.entries(GROWTH).flatMap(([name, growth]) => {
      const seen = at(s, name as Name, on, c);
      const byWeight = seen.gradient('decoder.0.weight');
      const [byHead, byBias] = [seen.gradient('mu.weight'), seen.gradient('mu.bias')];
      return samples[0]!.z.map((_, j) => {
        const grown = weight.reduce((sum, w, k) => (k % d === j ? sum + w * byWeight[k]! : sum), 0);
        const shrunk = head.reduce(
          (sum, w, k) => (Math.floor(k / features) === j ? sum + w * byHead[k]! : sum),
          bias[j]! * byBias[j]!,
        );
        const mean = (f: (sample: PlainSample) => number): number =>
          samples.reduce((sum, sample) => sum + f(sample), 0) / samples.length;
        const penalty = c.lambda * mean(sample => growth(sample, j, c));
        const prior = c.beta * mean(({ z }) => z[j]! ** 2);
        const size =
          mat.norm(weight) * mat.norm([...byWeight]) +
          mat.norm([...head, ...bias]) * mat.norm([...byHead, ...byBias]);
        return {
          what: `${name}, latent ${j}`,
          actual: grown - shrunk,
          expected: penalty - prior,
          scale: size + penalty + prior,
        };
      });
    });
  },
});

const product = check.bound<RaeCase, Subject>({
  says: 'with the Jacobian penalty the rescaled loss has a minimum, REC + 2 sqrt(B G) for B = beta |z|^2 / 2 and G = lambda |J|^2: only the product of the weights counts',
  given,
  runs: 8,
  measure: (c, s) => {
    const on = onOf(c);
    const here = at(s, 'jacobian', on, c);
    const [prior, penalty] = [c.beta * here.term('prior'), c.lambda * here.term('penalty')];
    const rest = here.loss - prior - penalty;
    const loss = (factor: number, w: step.Weights): number => at(s, 'jacobian', rescaled(on, factor), w).loss;
    const found = (w: step.Weights): number => {
      const t = Math.sqrt(w.beta / c.beta);
      // the best factor is the fourth root of B / G, and that of t^2 B / (G / t^2) times t
      return loss(t * (prior / penalty) ** 0.25, w);
    };
    const expected = rest + s.best(prior, penalty);
    const same = [1, 9].map(t => found({ beta: c.beta * t, lambda: c.lambda / t }));
    const scale = here.loss + prior + penalty;
    return [
      ...same.map((value, i) => ({
        what: `attained, weights ${i}`,
        lower: Math.abs(value - expected),
        upper: 0,
        scale,
      })),
      ...FACTORS.map(factor => ({
        what: `c = ${factor}`,
        lower: expected,
        upper: loss(factor, c),
        scale: scale * factor ** 2,
      })),
    ];
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-2',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, on the role of L_Z; released code 9478b8f, rae_mnist.py',
  tex: {
    printed: '\\mathcal{L}^{RAE}_{Z} = \\frac{1}{2}\\|z\\|^2_2',
    corrected:
      '\\tfrac1N\\sum_i\\|z_i\\|^2 \\le \\tfrac{2 L_0}{\\beta}, \\qquad \\inf_c\\Bigl[L_{REC} + \\tfrac{\\beta}{2c^2}\\|z\\|^2\\Bigr] = L_{REC}, \\qquad \\min_c\\Bigl[L_{REC} + \\tfrac{\\beta}{2c^2}\\|z\\|^2 + \\lambda c^2\\|J\\|_F^2\\Bigr] = L_{REC} + 2\\sqrt{\\tfrac{\\beta\\lambda}2\\|z\\|^2\\|J\\|_F^2}',
  },
  says: 'The penalty on the codes bounds the codes, mean |z|^2 <= 2 L0 / beta where the loss is at most L0, and nothing else: without a penalty that sees the first weights of the decoder, codes shrink, those weights grow without bound, and the loss falls towards its reconstruction error; with one, only the product of the two coefficients counts.',
  verdict: conditional(
    'bounded optimisation of the codes, always; of the decoder, only where a penalty grows with its first weights (Jacobian, or L2 on all weights), not in the plain RAE, nor with weight decay in the scope of the released code',
  ),
  findings: [
    {
      class: 'sharpened',
      changesUse: true,
      title: "The penalty on the codes bounds the codes, and not the decoder's weights",
      quote: 'is there to constrain the size of the latent space and prevent unbounded optimization',
      place: 'summary, section Deterministic Regularized Autoencoders, below the loss',
      says: 'On a sublevel set L <= L0 the codes satisfy |z|^2 <= 2 L0 / beta on average. What escapes is the decoder: in the plain RAE, and with weight decay in the scope of the released code (not on its first layer), codes z/c with first decoder weights cW are the same function with a lower loss for every c > 1. With the Jacobian penalty, or L2 on all weights, the minimum over c exists and depends on the product beta lambda alone.',
    },
  ],
  objectives: ['rae', 'rae-l2', 'rae-jacobian', 'rae-ghosh-code', 'rae-pythae'],
  subject: SUBJECT,
  checks: { codes, unbounded, vacuous, scaling, product, normalised },
  mutants: MUTANTS,
});
