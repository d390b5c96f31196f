/** @file "Our approximation requires that theta and theta_0 are sufficiently close": section 3.2. */
import { check, claim, conditional, mat, wrong } from '../../kit.js';
import * as ae from '../../subjects/autoencoder.js';
import { penaltyGradient } from '../../subjects/sam/penalties.js';

type Case = ae.AutoencoderCase;

const SUBJECT = {
  ...ae.PAIR,
  /** The theta-gradient of grad_z L(z_0, theta) . u_0, the penalty with its direction frozen at theta_0. */
  surrogate: (c: Case, u0: Float64Array): mat.Vector => [...ae.jet(c, u0).first('theta')],
};
type Subject = typeof SUBJECT;

/** One sample and two latents or more, so that the direction can turn. */
const SINGLE = ae.everyShape(
  ae.SHAPES.smooth
    .filter(({ net }) => net.latent > 1 && net.decoder.length === 3 && net.decoder.at(-1)! > 1)
    .map(shape => ({ ...shape, batch: 1 })),
);

const decoderNames = (c: Case): string[] => Object.keys(c.params).filter(name => name.startsWith('decoder.'));

/** Some direction in the space of the decoder's parameters, of length one, in the order of the parameters. */
function direction(c: Case): number[] {
  const raw = decoderNames(c)
    .flatMap(name => c.params[name]!)
    .map((_, k) => Math.sin(2 * k + 1));
  return mat.scale(1 / mat.norm(raw), raw);
}

/** The case with its decoder at theta_0 + t v. */
function moved(c: Case, t: number): Case {
  const v = direction(c);
  let k = 0;
  const entries = decoderNames(c).map(name => [name, c.params[name]!.map(x => x + t * v[k++]!)] as const);
  return { ...c, params: { ...c.params, ...Object.fromEntries(entries) } };
}

/** The derivative of grad_z L along v, a row of G v for each latent. */
const turning = (c: Case): number[] =>
  mat
    .identity(c.shape.net.latent)
    .map(axis => mat.dot([...ae.jet(c, Float64Array.from(axis)).first('theta')], direction(c)));

/** P G v: the part of it that turns the direction. */
function across(c: Case): number[] {
  const [u, change] = [[...ae.directions(c)], turning(c)];
  return mat.subtract(change, mat.scale(mat.dot(u, change), u));
}

/** |grad_z L| of the one sample. */
const slope = (c: Case): number => ae.norm(ae.atCode(c).gradient);

const allParams = (c: Case): number => mat.norm(Object.values(c.params).flat());

/** Distances from theta_0 at which the direction does not turn by more than about one. */
const distances = (c: Case): number[] =>
  check.dyadic(1 / (1 + mat.norm(turning(c)) / slope(c) + allParams(c)), 3, 14);

export default claim<Subject, string, string>({
  id: 'SAMBA-23',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 3.2',
  tex: {
    printed:
      '\\text{"our approximation requires that } \\theta \\text{ and } \\theta_0 \\text{ are sufficiently close"}',
    corrected:
      '\\partial_\\theta\\|\\nabla_zL(z_0,\\theta)\\|\\Big|_{\\theta_0} = \\partial_\\theta\\left[\\nabla_zL(z_0,\\theta)^\\top\\hat g_0\\right]\\Big|_{\\theta_0};\\quad \\text{at}\\ \\theta_0+tv\\ \\text{they differ by}\\ t\\,G^\\top\\frac{P G v}{\\|g\\|} + O(t^2),\\ G=\\partial_\\theta\\nabla_zL',
  },
  says: 'The condition is superfluous: the gradient is taken at theta_0, where freezing the direction changes nothing whatever the radius; only a small radius is needed. It would matter if the frozen direction were used again after a step, with an error of first order in the distance.',
  verdict: conditional(
    'theta close to theta_0 is required only where the frozen direction is used again at another theta',
  ),
  findings: [
    {
      class: 'sharpened',
      title: 'θ need not be close to θ₀',
      quote: 'our approximation requires that $\\theta$ and $\\theta_0$ are sufficiently close',
      place: 'section 3.2, before eq. (16)',
      says: 'Both gradients are taken at $\\theta_0$, where freezing the direction changes nothing at any radius; a small radius is all that is needed. The condition would matter if the frozen direction were used again after a step, by an error of first order in the distance.',
    },
  ],
  objectives: ['samba', 'rae-loss-gradient'],
  subject: SUBJECT,
  checks: {
    samePoint: check.equals({
      says: 'at theta_0 the gradients of |grad_z L| and of grad_z L . u_0 are the same',
      given: ae.everyShape(ae.SHAPES.smooth),
      runs: 32,
      measure: (c, { rae, surrogate }) => {
        const { value, scale } = penaltyGradient(c, ae.raeStep(rae, c.shape), 'theta');
        return { actual: value, expected: surrogate(c, ae.directions(c)), scale };
      },
    }),
    anyRadius: check.equals({
      says: 'so that the radius plays no part in it: from 1/100 to 100 the gradients of L + rho times either agree',
      given: ae.everyShape(ae.SHAPES.control),
      runs: 16,
      measure: (c, pair) => {
        const radii = [1 / 100, 1, 100];
        const [plain, ...penalised] = ae.compare(c, pair, 'theta', [0, ...radii]) as [
          ae.Sides,
          ...ae.Sides[],
        ];
        const frozen = pair.surrogate(c, ae.directions(c));
        return penalised.map(({ rae, scale }, k) => ({
          actual: rae,
          expected: mat.add([...plain.rae], mat.scale(radii[k]!, frozen)),
          scale,
          what: `rho = ${radii[k]}`,
        }));
      },
    }),
    smallRadius: ae.secondOrder(
      'theta',
      'what SAMBA needs is a small radius: at theta_0 its decoder gradient is off by rho^2 only',
    ),
    elsewhere: check.order({
      says: "at theta_0 + t v the two gradients differ by t G'PGv/|g|",
      given: SINGLE,
      order: 1,
      measure: (c, { rae, surrogate }) => {
        const u0 = ae.directions(c).slice();
        const turn = mat.scale(1 / slope(c), across(c));
        return {
          ladder: check.ladder(distances(c), t => {
            const at = moved(c, t);
            const { value, scale } = penaltyGradient(at, ae.raeStep(rae, at.shape), 'theta');
            return { residual: mat.subtract([...value], surrogate(at, u0)), scale: 2 * scale };
          }),
          constant: ae.jet(c, Float64Array.from(turn)).first('theta'),
        };
      },
    }),
    value: check.order({
      says: 'and the two penalties by t^2 |PGv|^2/(2|g|) only',
      given: SINGLE,
      order: 2,
      measure: (c, { rae }) => {
        const u0 = [...ae.directions(c)];
        return {
          ladder: check.ladder(distances(c), t => {
            const at = moved(c, t);
            const inputs = { ...ae.inputsOf(at), lambda: Float64Array.of(1) };
            const live = ae.raeStep(rae, at.shape).run(inputs)['term.penalty']![0]!;
            const { gradient, decoded } = ae.atCode(at);
            const size = live + mat.norm(c.x) + ae.norm(decoded);
            return { residual: live - mat.dot([...gradient], u0), scale: size * (1 + allParams(c)) };
          }),
          constant: mat.norm(across(c)) ** 2 / (2 * slope(c)),
        };
      },
    }),
  },
  mutants: {
    ...ae.wrongRae<Subject>(
      'squaredPenalty',
      'frozenDenominator',
      'literalJacobian',
      'constantPenalty',
      'halfPenalty',
    ),
    ...ae.inSamba<Subject>(ae.DETACH_MUTANTS),
    ...wrong.formula(SUBJECT, 'surrogate', {
      notFrozen: ['the direction follows theta', c => SUBJECT.surrogate(c, ae.directions(c))],
      notUnit: ['the direction is not normalised', (c, u0) => mat.scale(slope(c), SUBJECT.surrogate(c, u0))],
    }),
  },
});
