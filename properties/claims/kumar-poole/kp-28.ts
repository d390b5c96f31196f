/** @file KP-28: the reparametrised gradient is that of the expectation, and the gradient of the KL. */
import { VAE } from '../../../src/core/objectives/vae/vae.js';
import { averagedStep, type NoisyStep, noisyStep } from '../../../src/studies/noisy-step.js';
import { quadraticMeanGradient } from '../../../src/theory/closed/quadratic-decoder.js';
import { check, claim, draw, exact, fc, mat, quad, wrong } from '../../kit.js';
import { known } from '../../subjects/mistaken.js';
import { linearAutoencoder } from '../../subjects/vae/local-cases.js';
import { noisyVae } from '../../subjects/vae/noisy-cases.js';
import { curvedCases, quadratics, reach, type SmoothCase, show } from '../../subjects/vae/smooth-cases.js';
import { posterior } from '../../subjects/vae/step.js';

/** E Hess / 2 + beta (I - P) / 2 */
const priceWith = (meanHessian: mat.Matrix, p: mat.Matrix, beta: number): mat.Matrix =>
  mat.combine(0.5, meanHessian, beta / 2, mat.combine(1, mat.identity(p.length), -1, p));

const SUBJECT = {
  vae: VAE.rules,
  /** The gradient of the objective in S, from the mean of the Hessian of |x - g|^2 / 2. */
  price: (meanHessian: mat.Matrix, s: mat.Matrix, beta: number) =>
    priceWith(meanHessian, mat.inverse(s), beta),
  /** The gradient of the objective in h, from that of the reconstruction. */
  bonnet: (gradient: mat.Vector, mean: mat.Vector, beta: number) =>
    gradient.map((g, i) => g + beta * mean[i]!),
};
type Subject = typeof SUBJECT;

/**
 * Of the loss in the outputs of the head that gives the factor L, from that in S: 2 (dF/dS) L, log L_kk for
 * L_kk.
 */
function headGradient(gradient: mat.Matrix, factor: mat.Matrix): number[] {
  const product = mat.multiply(gradient, factor).map(row => mat.scale(2, row));
  return [
    ...product.map((row, i) => row[i]! * factor[i]![i]!),
    ...product.flatMap((row, i) => row.slice(0, i)),
  ];
}

/** A smooth decoder with some covariance, as broad as the closed forms and quadratures go. */
const withCovariance = (smooth: fc.Arbitrary<SmoothCase>, scaleOf: (c: SmoothCase) => number) =>
  smooth.chain(model =>
    draw.record({
      model: fc.constant(model),
      covariance: draw
        .spd(model.mean.length, 1 / 16, 1)
        .map(({ matrix }) => matrix.map(row => mat.scale(scaleOf(model), row))),
      beta: draw.logUniform({ min: 1 / 64, max: 4 }),
    }),
  );
type PriceCase = draw.Of<ReturnType<typeof withCovariance>>;

const showPrice = ({ model, covariance, beta }: PriceCase): string =>
  `${show(model)}, ${JSON.stringify({ covariance, beta })}`;

function averaged({ model, covariance, beta }: PriceCase, rules: Subject, nodes: number): NoisyStep {
  const params = { ...posterior(model.net, model.mean, covariance), ...model.params };
  const points = quad.gaussianPoints(model.mean.length, nodes);
  return averagedStep(noisyVae(rules.vae), model.net, { params, x: model.x, beta }, points);
}

/** The size of what the quadrature adds up: residuals and slopes at its nodes. */
function sizeOf({ model, covariance, beta }: PriceCase): number {
  const parts = Object.values(model.params).map(values => mat.norm(values));
  const reachOf = 1 + mat.norm(model.mean) + 4 * Math.sqrt(mat.norm(covariance.flat()));
  const output = mat.norm(model.x) + mat.sum(parts) * reachOf ** 2;
  return output ** 2 + beta * mat.norm(mat.inverse(covariance).flat());
}

function priceOf(c: PriceCase, rules: Subject, nodes: number) {
  const gradient = rules.price(c.model.meanHessian(c.covariance), c.covariance, c.beta);
  const step = averaged(c, rules, nodes);
  return {
    step,
    covariance: [step.gradient('cholesky.bias'), headGradient(gradient, mat.cholesky(c.covariance))] as const,
  };
}

const polynomial = check.equals<PriceCase, Subject>({
  says: 'on quadratic decoders the mean of the reparametrised gradient is dF/dS = E Hess / 2 + beta (I - S^-1) / 2 and dF/dh = E grad + beta h, at every covariance',
  given: { arbitrary: withCovariance(quadratics('some'), () => 1), show: showPrice },
  runs: 40,
  ulps: 16,
  // four nodes are exact: the gradients have degree at most five in the noise
  measure: (c, rules) => {
    const { step, covariance } = priceOf(c, rules, 4);
    const gradient = quadraticMeanGradient(modelOf(c.model), c.covariance);
    const mean = [step.gradient('mu.bias'), rules.bonnet(gradient, c.model.mean, c.beta)] as const;
    return check.agree({ covariance, mean }, sizeOf(c));
  },
});

/** The quadratic model of a case, from its parameters. */
function modelOf({ params, x, mean, jacobian }: SmoothCase) {
  const d = mean.length;
  const flat = params['decoder.hessians']!;
  const rows = (m: number): number[][] =>
    mat.zeros(d).map((_, i) => flat.slice((m * d + i) * d, (m * d + i + 1) * d));
  return {
    residual: mat.subtract(x, params['decoder.value']!),
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
  measure: (c, rules) => check.agree({ covariance: priceOf(c, rules, 12).covariance }, sizeOf(c)),
});

const klCases = fc.oneof(
  ...[1, 2, 4].map(d =>
    draw.record({
      mean: draw.vector(d, draw.normal()),
      covariance: draw.spd(d, 1 / 64, 8).map(({ matrix }) => matrix),
      beta: draw.logUniform({ min: 1 / 64, max: 4 }),
      noise: draw.vector(d, draw.normal()),
    }),
  ),
);
type KlCase = draw.Of<typeof klCases>;

const divergence = check.equals<KlCase, Subject>({
  says: 'with a decoder that ignores its code only the KL is left, for every noise: dKL/dh = h, dKL/dS = (I - S^-1) / 2, and (sigma^2 - 1) / 2 for log sigma^2',
  given: klCases,
  runs: 40,
  measure: ({ mean, covariance, beta, noise }, rules) => {
    const d = mean.length;
    const zero = mat.combine(0, covariance, 0, covariance);
    const size = beta * (mat.norm(mean) + mat.norm(covariance.flat()) + d);
    const ignoring = { 'decoder.0.weight': mat.zeros(2 * d), 'decoder.0.bias': [1, -1] };
    const [full, diagonal] = (['cholesky', 'diagonal'] as const).map(kind => {
      const net = linearAutoencoder(2, d, kind);
      const params = { ...posterior(net, mean, covariance), ...ignoring };
      return noisyStep(noisyVae(rules.vae), net, { params, x: [1, 2], beta }, noise);
    });
    const priced = headGradient(rules.price(zero, covariance, beta), mat.cholesky(covariance));
    // dF/d log s = s dF/ds
    const spread = covariance.map((row, i) => rules.price([[0]], [[row[i]!]], beta)[0]![0]! * row[i]!);
    const pulled = rules.bonnet(mat.zeros(d), mean, beta);
    return check.agree(
      {
        'cholesky, covariance': [full!.gradient('cholesky.bias'), priced],
        'cholesky, mean': [full!.gradient('mu.bias'), pulled],
        'diagonal, covariance': [diagonal!.gradient('logvar.bias'), spread],
        'diagonal, mean': [diagonal!.gradient('mu.bias'), pulled],
      },
      size,
    );
  },
});

export default claim({
  id: 'KP-28',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eq. (2) as it is trained: Price and Bonnet',
  tex: {
    printed: '\\nabla_\\Sigma\\,\\mathbb E_q f = \\tfrac12\\mathbb E_q\\nabla^2 f \\text{ (used implicitly)}',
    corrected:
      '\\nabla_\\Sigma F = \\tfrac12\\mathbb E_q\\nabla^2\\tfrac12\\|x-g\\|^2 + \\tfrac\\beta2(I - \\Sigma^{-1}), \\qquad \\nabla_h F = \\mathbb E_q\\nabla\\tfrac12\\|x-g\\|^2 + \\beta h',
    asRead: true,
  },
  says: 'The reparametrised gradient of the beta-VAE is on average the one that the theory of the optimal covariance takes: half the mean Hessian and beta (I - S^-1)/2 in the covariance, the mean gradient and beta h in the mean; without reparametrisation the data would have no say, and the posterior would go to the prior.',
  verdict: exact(),
  objectives: ['beta-vae'],
  subject: SUBJECT,
  checks: { polynomial, analytic, divergence },
  mutants: {
    ...wrong.rules(
      SUBJECT,
      'vae',
      known(VAE, {
        heldCode: 'sampleDetached',
        heldNoise: 'deviationDetached',
        covarianceForRoot: 'varianceForDeviation',
        klSign: 'klLogSign',
        logDeviation: 'klLogDeviation',
        klMean: 'klMean',
        betaIgnored: 'betaIgnored',
      }),
    ),
    ...wrong.formula(SUBJECT, 'price', {
      priceWithoutHalf: [
        'E Hess for E Hess / 2',
        (hessian, s, beta) => mat.combine(1, SUBJECT.price(hessian, s, beta), 0.5, hessian),
      ],
      covarianceForPrecision: ['I - S for I - S^-1', priceWith],
    }),
    ...wrong.formula(SUBJECT, 'bonnet', {
      priorOfTheMean: [
        '2 beta h for beta h',
        (gradient, mean, beta) => SUBJECT.bonnet(gradient, mean, 2 * beta),
      ],
    }),
  },
});
