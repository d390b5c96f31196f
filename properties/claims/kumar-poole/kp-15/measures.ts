/**
 * @file The beta-VAE of a smooth decoder, what regularised objectives differ from it by, and the sizes of
 * their terms.
 */
import { graeCovariance } from '../../../../src/theory/closed/grae.js';
import { check, mat, type OrderCase } from '../../../kit.js';
import * as smooth from '../../../subjects/vae/smooth-cases.js';
import { betaVae, grae, posterior, type Values } from '../../../subjects/vae/step.js';
import type { Subject } from './controls.js';

const valuesAt = (c: smooth.SmoothCase, s: mat.Matrix, beta: number): Values => ({
  params: { ...posterior(c.net, c.mean, s), ...c.params },
  x: c.x,
  beta,
});

/** The beta-VAE's expected objective at a covariance, as trained. */
export const objective = (c: smooth.SmoothCase, rules: Subject, s: mat.Matrix, beta: number): number =>
  betaVae(rules.vae, c.net, valuesAt(c, s, beta), rules.points(c.mean.length));

/** GRAE, or eq. (10), as trained. */
export const regularised = (c: smooth.SmoothCase, rules: Subject['grae'], beta: number): number =>
  grae(rules, c.net, valuesAt(c, graeCovariance(c.jacobian, beta), beta)).loss;

/** The size of the terms whose difference the residuals are. */
export function termsOf(c: smooth.SmoothCase, beta: number): number {
  const d = c.mean.length;
  const off = c.fits ? 0 : 0.5;
  const data = 1 + mat.norm(c.x);
  return (
    data * (off + Math.sqrt(d * beta)) +
    beta * (mat.norm(c.mean) ** 2 + d * (1 - Math.log(beta / (beta + 100))))
  );
}

/** The closed mean of a sine decoder is a sum of waves that cancel: their size. */
export const wavesSize = ({ kind, params, x }: smooth.SmoothCase): number =>
  kind === 'sine'
    ? (mat.norm(x) + mat.norm(params['decoder.1.weight']!) + mat.norm(params['decoder.1.bias']!)) ** 2
    : 0;

/** A ladder in beta from where the case is asymptotic down. */
export function overBeta(
  c: smooth.SmoothCase,
  constant: number,
  residual: (beta: number) => number,
  rungs = 10,
): OrderCase {
  const at = (beta: number) => ({ residual: residual(beta), scale: termsOf(c, beta) });
  return { ladder: check.ladder(smooth.stepsOf(c, rungs), at), constant };
}

/** beta-VAE at a covariance, the best one unless given, minus a regularised objective. */
export const excess =
  (c: smooth.SmoothCase, rules: Subject, from: Subject['grae'] = rules.grae, at = rules.covariance) =>
  (beta: number): number =>
    objective(c, rules, at(c, beta), beta) - regularised(c, from, beta);
