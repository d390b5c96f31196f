/** @file The gradient with respect to a learned covariance, and where it comes to rest: section 3.1, appendix B. */

import fc from 'fast-check';
import { equals } from '../../../../src/claims/checks/equals.js';
import { order } from '../../../../src/claims/checks/order.js';
import { claim } from '../../../../src/claims/claim.js';
import { dyadic as dyadicSteps, ladder } from '../../../../src/claims/order/case.js';
import { asymptotic } from '../../../../src/claims/verdict.js';
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import type { Arrays } from '../../../../src/engine/program.js';
import { ridgeGradient, ridgeHessian } from '../../../../src/theory/closed/ridge.js';
import { SAMBA_VARIANCE, VAE_VARIANCE } from '../../../../src/theory/closed/stationary-variance.js';
import { maximiseOnSmallBall } from '../../../../src/theory/numerics/ball-ascent.js';
import { sigmaPoints } from '../../../../src/theory/numerics/gauss-hermite.js';
import {
  add,
  apply,
  diagonal,
  norm,
  scale,
  subtract,
  type Vector,
} from '../../../../src/theory/numerics/matrix.js';
import { type AutoencoderCase, SHAPES } from '../../../arbitraries/autoencoders.js';
import {
  type Quadratic,
  quadraticOf,
  quadratics,
  type RidgeCase,
  ridges,
} from '../../../arbitraries/functions.js';
import { everyShape } from '../../../arbitraries/given.js';
import { logUniform, normal } from '../../../arbitraries/numbers.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { vector } from '../../../arbitraries/vector.js';
import { atCode, jet } from '../../../subjects/network/jets.js';
import { collect } from '../../../subjects/network/network.js';
import { penalisedStep, scaledInputs } from '../../../subjects/sam/covariance.js';
import { learnedDirections } from '../../../subjects/sam/learned.js';
import { quadraticLoss, ridgeLoss } from '../../../subjects/sam/losses.js';
import { radii, roundOff } from '../../../subjects/sam/pair.js';
import { type Case, nearest, sizeOf, theory } from '../../../subjects/sam/ridge-cases.js';
import { learnedSambaStep } from '../../../subjects/sam/steps.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { gapStdGradient, noiseStdGradient, penaltyStdGradient, stepStdGradient } from './std-gradients.js';

const times = (a: Vector, b: Vector): number[] => a.map((x, i) => x * b[i]!);

/** Ridge sums with standard deviations, as a case with a diagonal covariance. */
const withStd: fc.Arbitrary<Case<RidgeCase>> = fc.oneof(
  ...[2, 3, 5].map(p =>
    plainRecord({ f: ridges(p), std: vector(p, logUniform({ min: 1 / 2, max: 2 })) }).map(({ f, std }) => ({
      f,
      sigma: { matrix: diagonal(times(std, std)), spectrum: times(std, std), basis: [] },
    })),
  ),
);

const stdOf = ({ sigma }: Case<RidgeCase>): number[] => sigma.spectrum.map(Math.sqrt);

const at = ({ f, sigma }: Case<RidgeCase>, s: number) => ({
  loss: ridgeLoss(f.ridge),
  point: f.point,
  std: sigma.spectrum.map(x => s * Math.sqrt(x)),
});

/** eta* o grad L(mu + std o eta*) with eta* the true maximiser on the ball of radius sqrt(d): Danskin's theorem. */
function exactGradient(c: Case<RidgeCase>, s: number): number[] {
  const { ridge, point } = c.f;
  const { std } = at(c, s);
  const rise = (eta: Vector): number[] => ridgeGradient(ridge, add(point, times(std, eta)));
  const start = times(std, ridgeGradient(ridge, point));
  const eta = maximiseOnSmallBall(u => times(std, rise(u)), Math.sqrt(point.length), { start });
  return times(eta, rise(eta));
}

const againstExact = (c: Case<RidgeCase>, samba: SambaRules, rungs: readonly [number, number]) =>
  ladder(dyadicSteps(nearest(c), ...rungs), s => ({
    residual: subtract(stepStdGradient(samba, at(c, s)), exactGradient(c, s)),
    scale: sizeOf(c),
  }));

const DIAGONAL = SHAPES.learned.filter(({ net }) => net.posterior === 'diagonal');

interface OnQuadratic {
  readonly f: Quadratic;
  readonly std: Vector;
  readonly beta: number;
}

const onQuadratics = (f: (p: number) => fc.Arbitrary<Quadratic>): fc.Arbitrary<OnQuadratic> =>
  fc.oneof(
    ...[1, 2, 4].map(p =>
      plainRecord({
        f: f(p),
        std: vector(p, logUniform({ min: 1 / 16, max: 4 })),
        beta: logUniform({ min: 1 / 16, max: 16 }),
      }),
    ),
  );

const centre = (f: Quadratic, std: Vector) => ({
  loss: quadraticLoss(f),
  point: f.gradient.map(() => 0),
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
    corrected:
      '\\eta\\circ\\nabla L(\\mu+\\sigma\\circ\\eta) = \\nabla_\\sigma\\sqrt d\\,\\|\\sigma\\circ g\\| + \\eta\\circ H(\\sigma\\circ\\eta) + \\dots;\\quad \\eta\\circ\\nabla L(\\mu+\\sigma\\circ\\eta) - \\nabla_\\sigma\\max = -d\\,\\frac{P\\tilde A\\hat w\\circ g}{\\|w\\|} + O(\\sigma^2);\\quad \\sigma_i^2 = \\frac1{1+c\\,g_i^2}\\ \\text{at rest}',
  },
  says: "With the direction detached the gradient for a learned standard deviation is right to leading order and off by a term of relative order sigma, one order more than without detaching; at rest SAMBA's variances are 1/(1 + c g_i^2), which return to the prior where the gradient vanishes and know nothing of the curvature, unlike the VAE's 1/(1 + H_ii/beta).",
  verdict: asymptotic(1, 'sigma'),
  objectives: ['samba', 'vae'],
  subject: SUBJECT,
  checks: {
    penalty: order({
      says: 'the gradient that trains exceeds that of sqrt(d)|sigma o g| by eta o H(sigma o eta)',
      given: { arbitrary: withStd },
      order: 1,
      measure: (c, { samba, penalty, kl }) => {
        const { p, n, hessian, e } = theory(c);
        const unit = times(
          e,
          stdOf(c).map(x => 1 / x),
        );
        const bent = apply(hessian, unit);
        return {
          ladder: ladder(dyadicSteps(nearest(c), 5, 16), s => ({
            residual: subtract(
              stepStdGradient(samba, at(c, s)),
              penaltyStdGradient({ penalty, kl }, at(c, s), 0),
            ),
            scale: sizeOf(c) + n,
          })),
          constant: scale(
            p,
            times(
              unit,
              times(
                bent,
                stdOf(c).map(x => 1 / x),
              ),
            ),
          ),
        };
      },
    }),
    detached: order({
      says: 'it is off from the gradient of the true maximum by -d (PAu) o g/|w|, w = sigma o g, A = diag(sigma) H diag(sigma)',
      given: { arbitrary: withStd },
      order: 1,
      measure: (c, { samba }) => {
        const { p, n, turn } = theory(c);
        return {
          ladder: againstExact(c, samba, [5, 16]),
          constant: scale(-p / n, times(turn, ridgeGradient(c.f.ridge, c.f.point))),
        };
      },
    }),
    live: order({
      says: 'without detaching only by the gradient of d^(3/2)|PAu|^2/(2|w|), of second order',
      given: { arbitrary: withStd },
      order: 2,
      measure: (c, { live }) => ({
        ladder: againstExact(c, live, [4, 15]),
        constant: scale(
          -1,
          gapStdGradient(ridgeGradient(c.f.ridge, c.f.point), ridgeHessian(c.f.ridge, c.f.point), stdOf(c)),
        ),
      }),
    }),
    quadratic: equals({
      says: 'for quadratics the difference to the penalty is eta o H(sigma o eta) exactly, at every sigma',
      given: { arbitrary: onQuadratics(p => quadratics(p).filter(({ gradient }) => norm(gradient) > 0)) },
      runs: 32,
      measure: ({ f, std }, { samba, penalty, kl }) => {
        const w = times(std, f.gradient);
        const eta = scale(Math.sqrt(w.length) / norm(w), w);
        const expected = times(eta, apply(f.matrix, times(std, eta)));
        const here = centre(f, std);
        return {
          actual: subtract(stepStdGradient(samba, here), penaltyStdGradient({ penalty, kl }, here, 0)),
          expected,
          scale: w.length * (norm(f.gradient) + norm(f.matrix.flat()) * norm(std)),
        };
      },
    }),
    encoder: order({
      says: "the gradient of an encoder's log-variance head is that of the penalised loss up to second order in sigma",
      given: everyShape(DIAGONAL),
      order: 2,
      measure: (c: AutoencoderCase, { samba, penalty }) => {
        const rounding = roundOff(c, atCode(c));
        const head = (outputs: Arrays): number[] => [...collect(outputs, 'grad', 'scale')];
        return {
          ladder: radii(c, 5, 16)
            .map(rho => rho / Math.sqrt(c.shape.net.latent))
            .map(step => {
              const inputs = scaledInputs(c, step);
              const trained = head(learnedSambaStep(samba, c.shape).run(inputs));
              const penalised = head(penalisedStep(penalty, c.shape).run(inputs));
              const scale = norm(trained) + norm(penalised) + rounding;
              return { step, residual: subtract(trained, penalised), scale };
            }),
          constant: jet(c, learnedDirections(c).whitened, 'whitened').second('scale'),
        };
      },
    }),
    rest: equals({
      says: 'at sigma_i^2 = 1/(1 + c g_i^2), c = sqrt(d)/(beta |sigma o g|), the gradient of the penalty and that of beta KL cancel',
      given: { arbitrary: onQuadratics(p => quadratics(p).filter(({ gradient }) => norm(gradient) > 0)) },
      runs: 32,
      measure: ({ f, beta }, { penalty, kl, rest }) => {
        const variance = rest(f.gradient, beta);
        const std = variance.map(Math.sqrt);
        return {
          actual: penaltyStdGradient({ penalty, kl }, centre(f, std), beta),
          expected: std.map(() => 0),
          // 1/sigma - sigma of the KL
          scale: beta * Math.max(...std.map(x => 1 / x)) + norm(f.gradient) * Math.sqrt(std.length),
        };
      },
    }),
    restOfVae: equals({
      says: 'at sigma_i^2 = 1/(1 + H_ii/beta) those of the mean loss of a convex quadratic and of beta KL do',
      given: { arbitrary: onQuadratics(p => quadraticOf(p, 'psd')) },
      runs: 32,
      measure: ({ f, beta }, { vae, restOfVae }) => {
        const std = restOfVae(
          f.matrix.map((row, i) => row[i]!),
          beta,
        ).map(Math.sqrt);
        return {
          actual: noiseStdGradient(vae, centre(f, std), sigmaPoints(std.length), beta),
          expected: std.map(() => 0),
          scale:
            beta * Math.max(...std.map(x => 1 / x)) +
            std.length * (norm(f.gradient) + norm(f.matrix.flat()) * Math.sqrt(std.length)),
        };
      },
    }),
    prior: order({
      says: "where the gradient vanishes SAMBA's covariance returns to the prior: 1 - sigma_i^2 is sqrt(d) g_i^2/(beta |g|)",
      given: {
        arbitrary: fc.oneof(
          ...[1, 2, 4].map(p =>
            plainRecord({
              g: vector(p, normal()).filter(g => norm(g) > 0),
              beta: logUniform({ min: 1 / 16, max: 16 }),
            }),
          ),
        ),
      },
      order: 1,
      measure: ({ g, beta }, { rest }) => ({
        ladder: ladder(dyadicSteps(beta / norm(g), 4, 18), t => ({
          residual: rest(scale(t, g), beta).map(x => 1 - x),
          scale: 1,
        })),
        constant: scale(Math.sqrt(g.length) / (beta * norm(g)), times(g, g)),
      }),
    }),
  },
  mutants: MUTANTS,
});
