/** @file "Our approximation requires that theta and theta_0 are sufficiently close": section 3.2. */

import { type AutoencoderCase, SHAPES, type Shape } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, conditional, mat, mutant } from '../../kit.js';
import { atCode, jet } from '../../subjects/network/jets.js';
import { inputsOf } from '../../subjects/network/network.js';
import { DETACH_MUTANTS, inRae, inSamba, PENALTY_MUTANTS } from '../../subjects/sam/mutants.js';
import { compare, directions, expansion, PAIR, type Pair, type Sides } from '../../subjects/sam/pair.js';
import { penaltyGradient } from '../../subjects/sam/penalties.js';
import { raeStep } from '../../subjects/sam/steps.js';

interface Subject extends Pair {
  /** The theta-gradient of grad_z L(z_0, theta) . u_0, the penalty with its direction frozen at theta_0. */
  readonly surrogate: (c: AutoencoderCase, u0: Float64Array) => readonly number[];
}

/** One sample and two latents or more, so that the direction can turn. */
const SINGLE: readonly Shape[] = SHAPES.smooth
  .filter(({ net }) => net.latent > 1 && net.decoder.length === 3 && net.decoder.at(-1)! > 1)
  .map(shape => ({ ...shape, batch: 1 }));

const decoderNames = (c: AutoencoderCase): string[] =>
  Object.keys(c.params).filter(name => name.startsWith('decoder.'));

/** Some direction in the space of the decoder's parameters, of length one, in the order of the parameters. */
function direction(c: AutoencoderCase): number[] {
  const size = decoderNames(c).reduce((sum, name) => sum + c.params[name]!.length, 0);
  const raw = Array.from({ length: size }, (_, k) => Math.sin(2 * k + 1));
  return mat.scale(1 / mat.norm(raw), raw);
}

/** The case with its decoder at theta_0 + t v. */
function moved(c: AutoencoderCase, t: number): AutoencoderCase {
  const v = direction(c);
  let k = 0;
  const entries = decoderNames(c).map(name => [name, c.params[name]!.map(x => x + t * v[k++]!)] as const);
  return { ...c, params: { ...c.params, ...Object.fromEntries(entries) } };
}

/** The derivative of grad_z L along v, a row of G v for each latent. */
function turning(c: AutoencoderCase): number[] {
  const v = direction(c);
  return Array.from({ length: c.shape.net.latent }, (_, k) => {
    const axis = new Float64Array(c.shape.net.latent);
    axis[k] = 1;
    return mat.dot([...jet(c, axis).first('theta')], v);
  });
}

/** P G v: the part of it that turns the direction. */
function across(c: AutoencoderCase): number[] {
  const [u, change] = [[...directions(c)], turning(c)];
  return mat.subtract(change, mat.scale(mat.dot(u, change), u));
}

/** |grad_z L| of the one sample. */
const steepnessAt = (c: AutoencoderCase): number => mat.norm([...atCode(c).gradient]);

const reach = (c: AutoencoderCase): number => {
  const turn = mat.norm(turning(c)) / steepnessAt(c);
  return 1 / (1 + turn + mat.norm(Object.values(c.params).flat()));
};

const frozen: Subject['surrogate'] = (c, u0) => [...jet(c, u0).first('theta')];

const { noDetach, detachNormOnly, detachDirectionOnly } = DETACH_MUTANTS;
const { squaredPenalty, frozenDenominator, literalJacobian, constantPenalty, halfPenalty } = PENALTY_MUTANTS;

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
  objectives: ['samba', 'rae-loss-gradient'],
  subject: { ...PAIR, surrogate: frozen },
  checks: {
    samePoint: check.equals({
      says: 'at theta_0 the gradients of |grad_z L| and of grad_z L . u_0 are the same',
      given: everyShape(SHAPES.smooth),
      runs: 32,
      measure: (c, { rae, surrogate }) => {
        const { value, scale } = penaltyGradient(c, raeStep(rae, c.shape), 'theta');
        return { actual: value, expected: surrogate(c, directions(c)), scale };
      },
    }),
    anyRadius: check.equals({
      says: 'so that the radius plays no part in it: from 1/100 to 100 the gradients of L + rho times either agree',
      given: everyShape(SHAPES.control),
      runs: 16,
      measure: (c, pair) => {
        const radii = [0, 1 / 100, 1, 100];
        const [plain, ...penalised] = compare(c, pair, 'theta', radii) as [Sides, ...Sides[]];
        const direction = pair.surrogate(c, directions(c));
        return penalised.map(({ rae, scale: size }, k) => ({
          actual: rae,
          expected: mat.add([...plain.rae], mat.scale(radii[k + 1]!, direction)),
          scale: size,
          what: `rho = ${radii[k + 1]}`,
        }));
      },
    }),
    smallRadius: check.order({
      says: 'what SAMBA needs is a small radius: at theta_0 its decoder gradient is off by rho^2 only',
      given: everyShape(SHAPES.smooth),
      order: 2,
      measure: (c, pair) => expansion(c, pair, 'theta'),
    }),
    elsewhere: check.order({
      says: "at theta_0 + t v the two gradients differ by t G'PGv/|g|",
      given: everyShape(SINGLE),
      order: 1,
      measure: (c, { rae, surrogate }) => {
        const u0 = directions(c).slice();
        return {
          ladder: check.ladder(check.dyadic(reach(c), 3, 14), t => {
            const at = moved(c, t);
            const live = penaltyGradient(at, raeStep(rae, at.shape), 'theta');
            return { residual: mat.subtract([...live.value], [...surrogate(at, u0)]), scale: 2 * live.scale };
          }),
          constant: jet(c, Float64Array.from(mat.scale(1 / steepnessAt(c), across(c)))).first('theta'),
        };
      },
    }),
    value: check.order({
      says: 'and the two penalties by t^2 |PGv|^2/(2|g|) only',
      given: everyShape(SINGLE),
      order: 2,
      measure: (c, { rae }) => {
        const u0 = [...directions(c)];
        return {
          ladder: check.ladder(check.dyadic(reach(c), 3, 14), t => {
            const at = moved(c, t);
            const program = raeStep(rae, at.shape);
            const live = program.run({ ...inputsOf(at), lambda: Float64Array.of(1) })['term.penalty']![0]!;
            const { gradient, decoded } = atCode(at);
            const size = live + mat.norm(c.x) + mat.norm([...decoded]);
            return {
              residual: live - mat.dot([...gradient], u0),
              scale: size * (1 + mat.norm(Object.values(c.params).flat())),
            };
          }),
          constant: mat.norm(across(c)) ** 2 / (2 * steepnessAt(c)),
        };
      },
    }),
  },
  mutants: {
    ...inRae<Subject>({ squaredPenalty, frozenDenominator, literalJacobian, constantPenalty, halfPenalty }),
    ...inSamba<Subject>({ noDetach, detachNormOnly, detachDirectionOnly }),
    notFrozen: mutant('the direction follows theta', s => ({
      ...s,
      surrogate: c => frozen(c, directions(c)),
    })),
    notUnit: mutant('the direction is not normalised', s => ({
      ...s,
      surrogate: (c, u0) => mat.scale(steepnessAt(c), [...frozen(c, u0)]),
    })),
  },
});
