/** @file SAMBA-28: the gradient with respect to a learned covariance, and where it comes to rest. */
import { ridgeGradient, ridgeHessian } from '../../../../src/theory/closed/ridge.js';
import { SAMBA_VARIANCE, VAE_VARIANCE } from '../../../../src/theory/closed/stationary-variance.js';
import { maximiseOnSmallBall } from '../../../../src/theory/numerics/ball-ascent.js';
import { asymptotic, check, claim, draw, fc, mat, quad } from '../../../kit.js';
import * as ae from '../../../subjects/autoencoder.js';
import { learnedLadder } from '../../../subjects/sam/covariance.js';
import { learnedDirections } from '../../../subjects/sam/learned.js';
import { quadraticLoss, ridgeLoss } from '../../../subjects/sam/losses.js';
import { type Case, nearest, sizeOf, theory } from '../../../subjects/sam/ridge-cases.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { gapStdGradient, noiseStdGradient, penaltyStdGradient, stepStdGradient } from './std-gradients.js';

type Ridge = Case<draw.RidgeCase>;

const times = (a: mat.Vector, b: mat.Vector): number[] => a.map((x, i) => x * b[i]!);
const inverse = (a: mat.Vector): number[] => a.map(x => 1 / x);

/** Ridge sums with standard deviations, as a case with a diagonal covariance. */
const withStd: fc.Arbitrary<Ridge> = fc.oneof(
  ...[2, 3, 5].map(p =>
    draw
      .record({ f: draw.ridges(p), std: draw.vector(p, draw.logUniform({ min: 1 / 2, max: 2 })) })
      .map(({ f, std }) => {
        const spectrum = times(std, std);
        return { f, sigma: { matrix: mat.diagonal(spectrum), spectrum, basis: [] } };
      }),
  ),
);

const stdOf = ({ sigma }: Ridge): number[] => sigma.spectrum.map(Math.sqrt);
const slope = ({ f }: Ridge): number[] => ridgeGradient(f.ridge, f.point);
const at = (c: Ridge, s: number) => ({
  loss: ridgeLoss(c.f.ridge),
  point: c.f.point,
  std: mat.scale(s, stdOf(c)),
});

/**
 * eta* o grad L(mu + std o eta*) with eta* the true maximiser on the ball of radius sqrt(d): Danskin's
 * theorem.
 */
function exactGradient(c: Ridge, s: number): number[] {
  const { ridge, point } = c.f;
  const { std } = at(c, s);
  const rise = (eta: mat.Vector): number[] => ridgeGradient(ridge, mat.add(point, times(std, eta)));
  const start = times(std, slope(c));
  const eta = maximiseOnSmallBall(u => times(std, rise(u)), Math.sqrt(point.length), { start });
  return times(eta, rise(eta));
}

const againstExact = (c: Ridge, samba: Subject['samba'], first: number, last: number) =>
  check.ladder(check.dyadic(nearest(c), first, last), s => ({
    residual: mat.subtract(stepStdGradient(samba, at(c, s)), exactGradient(c, s)),
    scale: sizeOf(c),
  }));

/** Quadratics with standard deviations and beta, as a loss around zero. */
const onQuadratics = (f: (p: number) => fc.Arbitrary<draw.Quadratic>) =>
  fc.oneof(
    ...[1, 2, 4].map(p =>
      draw.record({
        f: f(p),
        std: draw.vector(p, draw.logUniform({ min: 1 / 16, max: 4 })),
        beta: draw.logUniform({ min: 1 / 16, max: 16 }),
      }),
    ),
  );
const sloped = onQuadratics(p => draw.quadratics(p).filter(({ gradient }) => mat.norm(gradient) > 0));

const centre = (f: draw.Quadratic, std: mat.Vector) => ({
  loss: quadraticLoss(f),
  point: mat.zeros(std.length),
  std,
});

export default claim<Subject, string, string>({
  id: 'SAMBA-28',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 3.1, appendix B',
  formulas: [SAMBA_VARIANCE, VAE_VARIANCE],
  tex: {
    printed:
      '\\Sigma_{SAM}\\ \\text{learned by}\\ \\nabla_\\sigma L(\\mu+\\sigma\\circ\\eta),\\ \\eta\\ \\text{detached}',
    asRead: true,
    corrected:
      '\\eta\\circ\\nabla L(\\mu+\\sigma\\circ\\eta) = \\nabla_\\sigma\\sqrt d\\,\\|\\sigma\\circ g\\| + \\eta\\circ H(\\sigma\\circ\\eta) + \\dots;\\quad \\eta\\circ\\nabla L(\\mu+\\sigma\\circ\\eta) - \\nabla_\\sigma\\max = -d\\,\\frac{P\\tilde A\\hat w\\circ g}{\\|w\\|} + O(\\sigma^2);\\quad \\sigma_i^2 = \\frac1{1+c\\,g_i^2}\\ \\text{at rest}',
  },
  says: "With the direction detached the gradient for a learned standard deviation is right to leading order and off by a term of relative order sigma, one order more than without detaching; at rest SAMBA's variances are 1/(1 + c g_i^2), which return to the prior where the gradient vanishes and know nothing of the curvature, unlike the VAE's 1/(1 + H_ii/beta).",
  verdict: asymptotic(1, 'sigma'),
  findings: [
    {
      class: 'sharpened',
      title: 'What a learned covariance of SAMBA learns',
      quote:
        'showcasing the additional degree of freedom of our method to induce smoothness in the latent space',
      place: "appendix B, figure 4's caption",
      says: 'The gradient for a standard deviation is right to leading order, off by a term of relative order $\\sigma$ because the direction is detached. At rest the variances are $1/(1+c\\,g_i^2)$: they return to the prior where the gradient vanishes and carry no curvature, unlike the $1/(1+H_{ii}/\\beta)$ of a VAE.',
    },
  ],
  objectives: ['samba', 'vae'],
  subject: SUBJECT,
  checks: {
    penalty: check.order({
      says: 'the gradient that trains exceeds that of sqrt(d)|sigma o g| by eta o H(sigma o eta)',
      given: withStd,
      order: 1,
      measure: (c, rules) => {
        const { p, n, hessian, e } = theory(c);
        const unit = times(e, inverse(stdOf(c)));
        const bent = times(mat.apply(hessian, unit), inverse(stdOf(c)));
        return {
          ladder: check.ladder(check.dyadic(nearest(c), 5, 16), s => ({
            residual: mat.subtract(
              stepStdGradient(rules.samba, at(c, s)),
              penaltyStdGradient(rules, at(c, s), 0),
            ),
            scale: sizeOf(c) + n,
          })),
          constant: mat.scale(p, times(unit, bent)),
        };
      },
    }),
    detached: check.order({
      says: 'it is off from the gradient of the true maximum by -d (PAu) o g/|w|, w = sigma o g, A = diag(sigma) H diag(sigma)',
      given: withStd,
      order: 1,
      measure: (c, { samba }) => {
        const { p, n, turn } = theory(c);
        return {
          ladder: againstExact(c, samba, 5, 16),
          constant: mat.scale(-p / n, times(turn, slope(c))),
        };
      },
    }),
    live: check.order({
      says: 'without detaching only by the gradient of d^(3/2)|PAu|^2/(2|w|), of second order',
      given: withStd,
      order: 2,
      measure: (c, { live }) => {
        const gap = gapStdGradient(slope(c), ridgeHessian(c.f.ridge, c.f.point), stdOf(c));
        return { ladder: againstExact(c, live, 4, 15), constant: mat.scale(-1, gap) };
      },
    }),
    quadratic: check.equals({
      says: 'for quadratics the difference to the penalty is eta o H(sigma o eta) exactly, at every sigma',
      given: sloped,
      runs: 32,
      measure: ({ f, std }, rules) => {
        const w = times(std, f.gradient);
        const eta = mat.scale(Math.sqrt(w.length) / mat.norm(w), w);
        const here = centre(f, std);
        return {
          actual: mat.subtract(stepStdGradient(rules.samba, here), penaltyStdGradient(rules, here, 0)),
          expected: times(eta, mat.apply(f.matrix, times(std, eta))),
          scale: w.length * (mat.norm(f.gradient) + mat.norm(f.matrix.flat()) * mat.norm(std)),
        };
      },
    }),
    encoder: check.order({
      says: "the gradient of an encoder's log-variance head is that of the penalised loss up to second order in sigma",
      given: ae.everyShape(ae.SHAPES.learned.filter(({ net }) => net.posterior === 'diagonal')),
      order: 2,
      measure: (c: ae.AutoencoderCase, rules) => ({
        ladder: learnedLadder(c, rules, 'scale'),
        constant: ae.jet(c, learnedDirections(c).whitened, 'whitened').second('scale'),
      }),
    }),
    rest: check.equals({
      says: 'at sigma_i^2 = 1/(1 + c g_i^2), c = sqrt(d)/(beta |sigma o g|), the gradient of the penalty and that of beta KL cancel',
      given: sloped,
      runs: 32,
      measure: ({ f, beta }, rules) => {
        const std = rules.rest(f.gradient, beta).map(Math.sqrt);
        return {
          actual: penaltyStdGradient(rules, centre(f, std), beta),
          expected: mat.zeros(std.length),
          // 1/sigma - sigma of the KL
          scale: beta * Math.max(...inverse(std)) + mat.norm(f.gradient) * Math.sqrt(std.length),
        };
      },
    }),
    restOfVae: check.equals({
      says: 'at sigma_i^2 = 1/(1 + H_ii/beta) those of the mean loss of a convex quadratic and of beta KL do',
      given: onQuadratics(p => draw.quadraticOf(p, 'psd')),
      runs: 32,
      measure: ({ f, beta }, { vae, restOfVae }) => {
        const curvatures = f.matrix.map((row, i) => row[i]!);
        const std = restOfVae(curvatures, beta).map(Math.sqrt);
        const size = mat.norm(f.gradient) + mat.norm(f.matrix.flat()) * Math.sqrt(std.length);
        return {
          actual: noiseStdGradient(vae, centre(f, std), quad.sigmaPoints(std.length), beta),
          expected: mat.zeros(std.length),
          scale: beta * Math.max(...inverse(std)) + std.length * size,
        };
      },
    }),
    prior: check.order({
      says: "where the gradient vanishes SAMBA's covariance returns to the prior: 1 - sigma_i^2 is sqrt(d) g_i^2/(beta |g|)",
      given: fc.oneof(
        ...[1, 2, 4].map(p =>
          draw.record({
            g: draw.vector(p, draw.normal()).filter(g => mat.norm(g) > 0),
            beta: draw.logUniform({ min: 1 / 16, max: 16 }),
          }),
        ),
      ),
      order: 1,
      measure: ({ g, beta }, { rest }) => ({
        ladder: check.ladder(check.dyadic(beta / mat.norm(g), 4, 18), t => ({
          residual: rest(mat.scale(t, g), beta).map(x => 1 - x),
          scale: 1,
        })),
        constant: mat.scale(Math.sqrt(g.length) / (beta * mat.norm(g)), times(g, g)),
      }),
    }),
  },
  mutants: MUTANTS,
});
