/** @file KP-28: the reparametrised gradient is that of the expectation, and the gradient of the KL. */
import * as tf from '@tensorflow/tfjs';
import { gaussianKl } from '../../../src/core/gaussian.js';
import { makeBetaVae } from '../../../src/core/objectives/vae/beta-vae.js';
import { VAE, VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import {
  averagedStep,
  type NoisyStep,
  noisyStep,
  type Sampling,
  sampling,
} from '../../../src/studies/noisy-step.js';
import { quadraticMeanGradient } from '../../../src/theory/closed/quadratic-decoder.js';
import { check, claim, draw, exact, fc, mat, mutant, quad } from '../../kit.js';
import { mistaken } from '../../subjects/mistaken.js';
import { linearAutoencoder } from '../../subjects/vae/local-cases.js';
import { curvedCases, quadratics, reach, type SmoothCase, show } from '../../subjects/vae/smooth-cases.js';
import { posterior } from '../../subjects/vae/step.js';

interface Subject {
  readonly vae: VaeRules;
  /** The gradient of the objective in S, from the mean of the Hessian of |x - g|^2 / 2. */
  readonly price: (meanHessian: mat.Matrix, covariance: mat.Matrix, beta: number) => mat.Matrix;
  /** The gradient of the objective in h, from that of the reconstruction. */
  readonly bonnet: (meanGradient: mat.Vector, mean: mat.Vector, beta: number) => mat.Vector;
}

const betaVae = (rules: VaeRules): Sampling =>
  sampling(rules, makeBetaVae(rules), ({ beta }) => ({ beta: beta! }));

/** Of the loss in the outputs of the head that gives the factor L, from that in S: 2 (dF/dS) L, log L_kk for L_kk. */
function headGradient(gradient: mat.Matrix, factor: mat.Matrix): number[] {
  const product = mat.multiply(gradient, factor).map(row => row.map(x => 2 * x));
  return [
    ...product.map((row, i) => row[i]! * factor[i]![i]!),
    ...product.flatMap((row, i) => row.slice(0, i)),
  ];
}

/** A smooth decoder with some covariance, as broad as the closed forms and quadratures go. */
interface PriceCase {
  readonly of: SmoothCase;
  readonly covariance: mat.Matrix;
  readonly beta: number;
}

const withCovariance = (
  smooth: fc.Arbitrary<SmoothCase>,
  scaleOf: (c: SmoothCase) => number,
): fc.Arbitrary<PriceCase> =>
  smooth.chain(of =>
    draw.record({
      of: fc.constant(of),
      covariance: draw
        .spd(of.mean.length, 1 / 16, 1)
        .map(({ matrix }) => matrix.map(row => row.map(x => scaleOf(of) * x))),
      beta: draw.logUniform({ min: 1 / 64, max: 4 }),
    }),
  );

const showPrice = ({ of, covariance, beta }: PriceCase): string =>
  `${show(of)}, ${JSON.stringify({ covariance, beta })}`;

function averaged({ of, covariance, beta }: PriceCase, rules: Subject, nodes: number): NoisyStep {
  const params = { ...posterior(of.net, of.mean, covariance), ...of.params };
  const points = quad.gaussianPoints(of.mean.length, nodes);
  return averagedStep(betaVae(rules.vae), of.net, { params, x: of.x, beta }, points);
}

/** The size of what the quadrature adds up: residuals and slopes at its nodes. */
function sizeOf({ of, covariance, beta }: PriceCase): number {
  const parts = Object.values(of.params).map(values => mat.norm(values));
  const reachOf = 1 + mat.norm(of.mean) + 4 * Math.sqrt(mat.norm(covariance.flat()));
  const output = mat.norm(of.x) + parts.reduce((sum, part) => sum + part, 0) * reachOf ** 2;
  return output ** 2 + beta * mat.norm(mat.inverse(covariance).flat());
}

const priceOf = (c: PriceCase, rules: Subject, nodes: number) => {
  const { of, covariance, beta } = c;
  const gradient = rules.price(of.meanHessian(covariance), covariance, beta);
  return {
    what: 'covariance',
    actual: averaged(c, rules, nodes).gradient('cholesky.bias'),
    expected: headGradient(gradient, mat.cholesky(covariance)),
    scale: sizeOf(c),
  };
};

const polynomial = check.equals<PriceCase, Subject>({
  says: 'on quadratic decoders the mean of the reparametrised gradient is dF/dS = E Hess / 2 + beta (I - S^-1) / 2 and dF/dh = E grad + beta h, at every covariance',
  given: { arbitrary: withCovariance(quadratics('some'), () => 1), show: showPrice },
  runs: 40,
  ulps: 16,
  // four nodes are exact: the gradients have degree at most five in the noise
  measure: (c, rules) => {
    const { of, covariance, beta } = c;
    return [
      priceOf(c, rules, 4),
      {
        what: 'mean',
        actual: averaged(c, rules, 4).gradient('mu.bias'),
        expected: rules.bonnet(quadraticMeanGradient(modelOf(of), covariance), of.mean, beta),
        scale: sizeOf(c),
      },
    ];
  },
});

/** The quadratic model of a case, from its parameters. */
function modelOf({ params, x, mean, jacobian }: SmoothCase) {
  const d = mean.length;
  const flat = params['decoder.hessians']!;
  const rows = (m: number): number[][] =>
    Array.from({ length: d }, (_, i) => flat.slice((m * d + i) * d, (m * d + i + 1) * d));
  return {
    residual: x.map((value, m) => value - params['decoder.value']![m]!),
    mean,
    jacobian,
    hessians: x.map((_, m) => rows(m)),
  };
}

const analytic = check.equals<PriceCase, Subject>({
  says: 'the same on sine decoders, by quadrature, for narrow covariances',
  given: { arbitrary: withCovariance(curvedCases('some'), c => reach(c) / 8), show: showPrice },
  runs: 16,
  ulps: 16,
  measure: (c, rules) => priceOf(c, rules, 12),
});

interface KlCase {
  readonly mean: mat.Vector;
  readonly covariance: mat.Matrix;
  readonly beta: number;
  readonly noise: mat.Vector;
}

const klCases: fc.Arbitrary<KlCase> = fc.oneof(
  ...[1, 2, 4].map(d =>
    draw.record({
      mean: draw.vector(d, draw.normal()),
      covariance: draw.spd(d, 1 / 64, 8).map(({ matrix }) => matrix),
      beta: draw.logUniform({ min: 1 / 64, max: 4 }),
      noise: draw.vector(d, draw.normal()),
    }),
  ),
);

const divergence = check.equals<KlCase, Subject>({
  says: 'with a decoder that ignores its code only the KL is left, for every noise: dKL/dh = h, dKL/dS = (I - S^-1) / 2, and (sigma^2 - 1) / 2 for log sigma^2',
  given: { arbitrary: klCases },
  runs: 40,
  measure: ({ mean, covariance, beta, noise }, rules) => {
    const d = mean.length;
    const zero = mat.combine(0, covariance, 0, covariance);
    const size = beta * (mat.norm(mean) + mat.norm(covariance.flat()) + d);
    return (['cholesky', 'diagonal'] as const).flatMap(kind => {
      const net = linearAutoencoder(2, d, kind);
      const params = {
        ...posterior(net, mean, covariance),
        'decoder.0.weight': new Array<number>(2 * d).fill(0),
        'decoder.0.bias': [1, -1],
      };
      const step = noisyStep(betaVae(rules.vae), net, { params, x: [1, 2], beta }, noise);
      const spread =
        kind === 'cholesky'
          ? {
              actual: step.gradient('cholesky.bias'),
              expected: headGradient(rules.price(zero, covariance, beta), mat.cholesky(covariance)),
            }
          : {
              actual: step.gradient('logvar.bias'),
              // dF/d log s = s dF/ds
              expected: covariance.map((row, i) => rules.price([[0]], [[row[i]!]], beta)[0]![0]! * row[i]!),
            };
      return [
        { what: `${kind}, covariance`, ...spread, scale: size },
        {
          what: `${kind}, mean`,
          actual: step.gradient('mu.bias'),
          expected: rules.bonnet(new Array<number>(d).fill(0), mean, beta),
          scale: size,
        },
      ];
    });
  },
});

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });
const withVae = (change: Partial<VaeRules>) => {
  const vae = { ...VAE_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, vae });
};

export default claim<Subject, string, string>({
  id: 'KP-28',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eq. (3) as it is trained: Price and Bonnet',
  tex: {
    printed: '\\nabla_\\Sigma\\,\\mathbb E_q f = \\tfrac12\\mathbb E_q\\nabla^2 f \\text{ (used implicitly)}',
    corrected:
      '\\nabla_\\Sigma F = \\tfrac12\\mathbb E_q\\nabla^2\\tfrac12\\|x-g\\|^2 + \\tfrac\\beta2(I - \\Sigma^{-1}), \\qquad \\nabla_h F = \\mathbb E_q\\nabla\\tfrac12\\|x-g\\|^2 + \\beta h',
  },
  says: 'The reparametrised gradient of the beta-VAE is on average the one that the theory of the optimal covariance takes: half the mean Hessian and beta (I - S^-1)/2 in the covariance, the mean gradient and beta h in the mean; without reparametrisation the data would have no say, and the posterior would go to the prior.',
  verdict: exact(),
  objectives: ['beta-vae'],
  subject: {
    vae: VAE_RULES,
    price: (meanHessian, covariance, beta) =>
      mat.combine(
        0.5,
        meanHessian,
        beta / 2,
        mat.combine(1, mat.identity(covariance.length), -1, mat.inverse(covariance)),
      ),
    bonnet: (gradient, mean, beta) => gradient.map((g, i) => g + beta * mean[i]!),
  },
  checks: { polynomial, analytic, divergence },
  mutants: {
    heldCode: mistaken(VAE.mistakes.sampleDetached, inVae),
    heldNoise: mistaken(VAE.mistakes.deviationDetached, inVae),
    covarianceForRoot: mistaken(VAE.mistakes.varianceForDeviation, inVae),
    klSign: mistaken(VAE.mistakes.klLogSign, inVae),
    logDeviation: mistaken(VAE.mistakes.klLogDeviation, inVae),
    klMean: mutant(
      'the KL averaged over the latents',
      withVae({ kl: (mean, s) => tf.div(gaussianKl(mean, s), mean.shape[1]!) }),
    ),
    betaIgnored: mistaken(VAE.mistakes.betaIgnored, inVae),
    priceWithoutHalf: mutant('E Hess for E Hess / 2', s => ({
      ...s,
      price: (meanHessian, covariance, beta) =>
        mat.combine(1, s.price(meanHessian, covariance, beta), 0.5, meanHessian),
    })),
    covarianceForPrecision: mutant('I - S for I - S^-1', s => ({
      ...s,
      price: (meanHessian, covariance, beta) =>
        mat.combine(
          0.5,
          meanHessian,
          beta / 2,
          mat.combine(1, mat.identity(covariance.length), -1, covariance),
        ),
    })),
    priorOfTheMean: mutant('2 beta h for beta h', s => ({
      ...s,
      bonnet: (gradient, mean, beta) => gradient.map((g, i) => g + 2 * beta * mean[i]!),
    })),
  },
});
