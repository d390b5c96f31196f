/** @file RAE-2: whether the penalty on the codes prevents unbounded optimisation. Without one on the decoder it does nothing. */
import { bound } from '../../../../src/claims/checks/bound.js';
import { equals } from '../../../../src/claims/checks/equals.js';
import { violates } from '../../../../src/claims/checks/violates.js';
import { claim } from '../../../../src/claims/claim.js';
import { refuted } from '../../../../src/claims/verdict.js';
import { dot, norm } from '../../../../src/theory/numerics/matrix.js';
import { FEW, onOf, type RaeCase, raeGiven } from '../../../subjects/rae/cases.js';
import { type PlainSample, plainSamples } from '../../../subjects/rae/plain-network.js';
import {
  type Evaluated,
  ghoshPenalty,
  jacobianPenalty,
  type On,
  plain,
  pythaePenalty,
  type Weights,
  weightDecay,
} from '../../../subjects/rae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { normalised } from './normalised.js';

/** The same autoencoder with codes z / c and the decoder's first weights c W: the same function. */
function rescaled({ net, values, ...rest }: On, c: number): On {
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

type Variant = (s: Subject, on: On, weights: Weights) => Evaluated;

const VACUOUS: Readonly<Record<string, Variant>> = {
  none: (s, on, w) => plain(s.rae, on, w),
  pythae: (s, on, w) => pythaePenalty(s.pythae, on, w),
  'weight decay in the scope of the released code': (s, on, w) => weightDecay(s.scopedL2, on, w),
};

export const given = raeGiven(FEW);

const unbounded = violates<RaeCase, Subject>({
  says: 'without a penalty that sees the first weights of the decoder (none, Pythae, the scope of the released weight decay) rescaling codes by 1/c lowers the loss, however small they are already',
  given,
  runs: 8,
  measure: (c, s) =>
    Object.entries(VACUOUS).flatMap(([name, variant]) => {
      const at = (factor: number): Evaluated => variant(s, rescaled(onOf(c), factor), c);
      const here = at(1);
      return FACTORS.map(factor => {
        const actual = at(factor).loss;
        return {
          what: `${name}, c = ${factor}`,
          claimed: here.loss,
          actual,
          by: here.loss - actual,
          scale: here.loss,
        };
      });
    }),
});

const vacuous = equals<RaeCase, Subject>({
  says: 'the loss is then REC + beta |z|^2 / (2 c^2) plus an unchanged penalty: its infimum is that of REC, and not attained',
  given,
  runs: 8,
  measure: (c, s) =>
    Object.entries(VACUOUS).flatMap(([name, variant]) => {
      const here = variant(s, onOf(c), c);
      const codes = plainSamples(c.of).map(({ z }) => dot(z, z) / 2);
      const prior = codes.reduce((a, b) => a + b, 0) / codes.length;
      return FACTORS.map(factor => ({
        what: `${name}, c = ${factor}`,
        actual: variant(s, rescaled(onOf(c), factor), c).loss,
        expected: here.loss - c.beta * prior * (1 - factor ** -2),
        scale: here.loss,
      }));
    }),
});

/** What a penalty adds to d/dlog c of the loss when latent j shrinks by c and the decoder's column j grows. */
type Growth = (sample: PlainSample, j: number, c: RaeCase) => number;

const column = (sample: PlainSample, j: number): number[] => sample.decoderJacobian.map(row => row[j]!);

interface Identity {
  readonly variant: Variant;
  readonly growth: Growth;
}

const IDENTITIES: Readonly<Record<string, Identity>> = {
  none: { variant: VACUOUS.none!, growth: () => 0 },
  pythae: { variant: VACUOUS.pythae!, growth: () => 0 },
  jacobian: {
    variant: (s, on, w) => jacobianPenalty(s.jacobian, on, w),
    growth: (sample, j) => 2 * norm(column(sample, j)) ** 2,
  },
  ghosh: {
    variant: (s, on, w) => ghoshPenalty(s.ghosh, on, w),
    growth: (sample, j) => (8 / sample.z.length) * dot(column(sample, j), sample.y) ** 2,
  },
  l2: {
    variant: (s, on, w) => weightDecay(s.l2, on, w),
    growth: (sample, j, { of }) => {
      const weights = of.params['decoder.0.weight']!;
      return 2 * weights.reduce((sum, w, k) => (k % sample.z.length === j ? sum + w * w : sum), 0);
    },
  },
};

const scaling = equals<RaeCase, Subject>({
  says: 'at any parameters and for every latent j, W_j its weights in the decoder and M_j in the encoder: <dL/dW_j, W_j> - <dL/dM_j, M_j> is 2 lambda mean |J_j|^2 (Jacobian), 2 lambda |W_j|^2 (L2), (8 lambda/d) mean (J_j.y)^2 (released code) or 0 (Pythae, none), less beta mean Z_j^2',
  given,
  runs: 12,
  measure: (c, s) => {
    const on = onOf(c);
    const samples = plainSamples(c.of);
    const d = c.of.shape.net.latent;
    const weight = c.of.params['decoder.0.weight']!;
    const head = c.of.params['mu.weight']!;
    const bias = c.of.params['mu.bias']!;
    const features = head.length / d;
    return Object.entries(IDENTITIES).flatMap(([name, { variant, growth }]) => {
      const seen = variant(s, on, c);
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
          norm(weight) * norm([...byWeight]) + norm([...head, ...bias]) * norm([...byHead, ...byBias]);
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

const product = bound<RaeCase, Subject>({
  says: 'with the Jacobian penalty the rescaled loss has a minimum, REC + 2 sqrt(B G) for B = beta |z|^2 / 2 and G = lambda |J|^2: only the product of the weights counts',
  given,
  runs: 8,
  measure: (c, s) => {
    const on = onOf(c);
    const here = jacobianPenalty(s.jacobian, on, c);
    const [prior, penalty] = [c.beta * here.term('prior'), c.lambda * here.term('penalty')];
    const rest = here.loss - prior - penalty;
    const at = (factor: number, w: Weights): number =>
      jacobianPenalty(s.jacobian, rescaled(on, factor), w).loss;
    const found = (w: Weights): number => {
      const t = Math.sqrt(w.beta / c.beta);
      // the best factor is the fourth root of B / G, and that of t^2 B / (G / t^2) times t
      return at(t * (prior / penalty) ** 0.25, w);
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
        upper: at(factor, c),
        scale: scale * factor ** 2,
      })),
    ];
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-2',
  paper: 'rae',
  source: 'Ghosh et al. 2020, on the role of L_Z; released code 9478b8f, rae_mnist.py',
  tex: {
    printed: 'L_Z^{RAE} = \\tfrac12\\|z\\|^2 \\text{ prevents unbounded optimisation}',
    corrected:
      '\\inf_c\\Bigl[L_{REC} + \\tfrac{\\beta}{2c^2}\\|z\\|^2\\Bigr] = L_{REC}, \\qquad \\min_c\\Bigl[L_{REC} + \\tfrac{\\beta}{2c^2}\\|z\\|^2 + \\lambda c^2\\|J\\|_F^2\\Bigr] = L_{REC} + 2\\sqrt{\\tfrac{\\beta\\lambda}2\\|z\\|^2\\|J\\|_F^2}',
  },
  says: 'The penalty on the codes constrains nothing unless the first weights of the decoder are penalised too: codes shrink, weights grow, and the loss falls towards its reconstruction error; with both, only the product of the two coefficients counts.',
  verdict: refuted({
    counterexample:
      'codes z/c with first decoder weights cW: the same function and a lower loss for every c > 1, without a decoder penalty, with that of Pythae, and with weight decay in the scope of the released code',
    corrected:
      'conditional on a penalty that grows with the first weights of the decoder (Jacobian, or L2 on all weights): then a minimum over c exists and depends on beta lambda only',
  }),
  objectives: ['rae', 'rae-l2', 'rae-jacobian', 'rae-ghosh-code', 'rae-pythae'],
  subject: SUBJECT,
  checks: { unbounded, vacuous, scaling, product, normalised },
  mutants: MUTANTS,
});
