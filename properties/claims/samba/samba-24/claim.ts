/** @file "We call .detach on the gradients": what that changes, and what the half-detached steps would be. Section 3.2. */

import * as raeLossGradient from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SAMBA_RULES, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { type AutoencoderCase, SHAPES } from '../../../arbitraries/autoencoders.js';
import { everyShape, random } from '../../../arbitraries/given.js';
import { check, claim, exact, mutant, type OrderCase } from '../../../kit.js';
import { withResiduals } from '../../../subjects/network/degenerate.js';
import { jet } from '../../../subjects/network/jets.js';
import type { Part } from '../../../subjects/network/network.js';
import { DETACH_MUTANTS, LENGTH_MUTANTS } from '../../../subjects/sam/mutants.js';
import { compare, directions, type Sides } from '../../../subjects/sam/pair.js';
import { across, isotropic, overSlope, smallRadii, turning, undetached } from './detachment.js';

type Kind = 'detached' | 'live' | 'normHeld' | 'directionHeld';

type Subject = Readonly<Record<Kind, SambaRules>> & { readonly rae: raeLossGradient.RaeLossGradientRules };

const BOTH: readonly Part[] = ['z', 'theta'];

const join = (...parts: readonly Float64Array[]): Float64Array =>
  Float64Array.from(parts.flatMap(part => [...part]));
const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, k) => x + b[k]!);

/** z- and theta-residuals together, with the constant that `theorem` gives for each part. */
function ladderOf(
  c: AutoencoderCase,
  s: Subject,
  kind: Kind,
  theorem: (part: Part) => Float64Array,
): OrderCase {
  const steps = smallRadii(c);
  const parts = BOTH.map(part => compare(c, { samba: s[kind], rae: s.rae }, part, steps));
  const ladder = steps.map((step, i) => ({
    step,
    residual: join(...parts.map(sides => sides[i]!.residual)),
    scale: parts.reduce((total, sides) => total + sides[i]!.scale, 0),
  }));
  return { ladder, constant: join(...BOTH.map(theorem)) };
}

const both = (c: AutoencoderCase, s: Subject, part: Part, steps: readonly number[]): [Sides, Sides][] => {
  const detached = compare(c, { samba: s.detached, rae: s.rae }, part, steps);
  const live = compare(c, { samba: s.live, rae: s.rae }, part, steps);
  return steps.map((_, i) => [detached[i]!, live[i]!]);
};

/** Round-off of the undetached gradient: that of the detached one, turned into a direction and carried by rho H / |g|. */
function amplified(c: AutoencoderCase, detached: Sides, live: Sides, rho: number): number {
  const gain = rho * turning(c);
  return live.scale + c.shape.batch * detached.scale * gain * (1 + gain);
}

/** Made once, so that every check meets the same object and trace. */
const liveInBatch: SambaRules = {
  ...DETACH_MUTANTS.noDetach.rules,
  norm: LENGTH_MUTANTS.batchNorm.rules.norm,
};

const swapped = (says: string, at: Kind, by: Kind) => mutant<Subject>(says, s => ({ ...s, [at]: s[by] }));

export default claim<Subject, string, string>({
  id: 'SAMBA-24',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 3.2',
  tex: {
    printed: '\\hat g = \\mathrm{detach}\\left(\\nabla_z L / \\|\\nabla_z L\\|\\right)',
    corrected:
      '\\nabla_z\\left[L(z_0+\\rho\\hat g(z_0))\\right] - \\nabla_z L(z_0+\\rho\\hat g) = \\frac{\\rho}{\\|g\\|}\\,H P\\,\\nabla_z L(z_0+\\rho\\hat g),\\qquad P = I-\\hat g\\hat g^\\top',
  },
  says: 'With or without detaching the direction SAMBA matches the RAE to first order; without, rho^2 HPHg/|g| is added, which grows without bound as the gradient vanishes. Detaching only the norm or only the direction is wrong at first order.',
  verdict: exact(),
  objectives: ['samba'],
  subject: {
    detached: SAMBA_RULES,
    live: DETACH_MUTANTS.noDetach.rules,
    normHeld: DETACH_MUTANTS.detachNormOnly.rules,
    directionHeld: DETACH_MUTANTS.detachDirectionOnly.rules,
    rae: raeLossGradient.RAE_LOSS_GRADIENT_RULES,
  },
  checks: {
    detached: check.order({
      says: 'detached: rho^2 T[u,u]/2 and its counterpart for the decoder',
      given: everyShape(SHAPES.smooth),
      order: 2,
      measure: (c, s) => ladderOf(c, s, 'detached', part => jet(c, directions(c)).second(part)),
    }),
    live: check.order({
      says: 'not detached: rho^2 HPHu/|g| more, and its counterpart for the decoder',
      given: everyShape(SHAPES.smooth),
      order: 2,
      measure: (c, s) =>
        ladderOf(c, s, 'live', part => sum(jet(c, directions(c)).second(part), undetached(c, part))),
    }),
    normHeld: check.order({
      says: 'only the norm detached: off by rho Hu at first order',
      given: everyShape(SHAPES.control),
      order: 1,
      runs: 12,
      measure: (c, s) => ladderOf(c, s, 'normHeld', part => jet(c, directions(c)).first(part)),
    }),
    directionHeld: check.order({
      says: 'only the direction detached: off by -rho Hu at first order',
      given: everyShape(SHAPES.control),
      order: 1,
      runs: 12,
      measure: (c, s) =>
        ladderOf(c, s, 'directionHeld', part =>
          jet(c, directions(c))
            .first(part)
            .map(x => -x),
        ),
    }),
    anyRadius: check.equals({
      says: 'the undetached gradient is the detached one plus (rho/|g|) H P grad L at the perturbed code, at any radius',
      given: everyShape(SHAPES.smooth),
      runs: 32,
      measure: (c, s) => {
        const steps = [1 / 64, 1];
        const v = both(c, s, 'z', steps).map(([detached]) => detached.samba.map(x => c.shape.batch * x));
        return BOTH.flatMap(part =>
          both(c, s, part, steps).map(([detached, live], i) => {
            const turn = overSlope(c, across(c, v[i]!)).map(x => steps[i]! * x);
            const added = jet(c, turn).first(part);
            return {
              actual: live.samba,
              expected: sum(detached.samba, added),
              scale: amplified(c, detached, live, steps[i]!),
              what: part,
            };
          }),
        );
      },
    }),
    linearDecoder: check.equals({
      says: "for a linear decoder the detached z-gradient is the RAE's at any radius, the other is off by exactly rho^2 HPHu/|g|",
      given: everyShape(SHAPES.linear),
      runs: 32,
      measure: (c, s) => {
        const steps = [2 ** -7, 1, 100];
        const added = undetached(c, 'z');
        return both(c, s, 'z', steps).flatMap(([detached, live], i) =>
          check.agree({
            detached: [detached.samba, detached.rae, detached.scale],
            'not detached': [
              live.samba,
              live.rae.map((x, k) => x + steps[i]! ** 2 * added[k]!),
              amplified(c, detached, live, steps[i]!),
            ],
          }),
        );
      },
    }),
    eigenvector: check.equals({
      says: 'where the gradient is an eigenvector of the Hessian, detaching changes nothing',
      given: random(isotropic),
      runs: 16,
      measure: (c, s) =>
        both(c, s, 'z', [2 ** -7, 1]).map(([detached, live], i) => ({
          actual: live.samba,
          expected: detached.samba,
          scale: amplified(c, detached, live, i === 0 ? 2 ** -7 : 1),
        })),
    }),
    vanishingGradient: check.within({
      says: 'as |g| shrinks to 1e-12, rho^-2 times the error stays T[u,u]/2 when detached and grows by HPHu/|g| when not (to 1 %: the next terms are 2^-16 of these)',
      given: everyShape(SHAPES.control),
      tolerance: 0.01,
      runs: 16,
      measure: (of, s) =>
        [1, 1e-6, 1e-12].flatMap(size => {
          const c = withResiduals(of, [size]);
          const step = 2 ** -16;
          const [[detached, live]] = both(c, s, 'z', [step]) as [[Sides, Sides]];
          const curved = jet(c, directions(c)).second('z');
          const perSquare = ({ residual }: Sides): Float64Array => residual.map(x => x / step ** 2);
          return [
            { actual: perSquare(detached), expected: curved, what: `detached, residuals of size ${size}` },
            {
              actual: perSquare(live),
              expected: sum(curved, undetached(c, 'z')),
              what: `not detached, size ${size}`,
            },
          ];
        }),
    }),
  },
  mutants: {
    detachForgotten: swapped('the detached step is not detached', 'detached', 'live'),
    detachedAnyway: swapped('the live step is detached', 'live', 'detached'),
    normHeldForDetached: swapped('only the norm is held fixed', 'detached', 'normHeld'),
    directionHeldForDetached: swapped('only the direction is held fixed', 'detached', 'directionHeld'),
    halvesExchanged: mutant('norm and direction exchanged', s => ({
      ...s,
      normHeld: s.directionHeld,
      directionHeld: s.normHeld,
    })),
    liveInBatch: mutant('one norm for the whole batch, not detached', s => ({
      ...s,
      live: liveInBatch,
    })),
  },
});
