/**
 * @file "We call .detach() on the gradients": what that changes, and what the half-detached steps would be.
 * Section 3.2.
 */
import { check, claim, exact, mat, mutant, type OrderCase } from '../../../kit.js';
import * as ae from '../../../subjects/autoencoder.js';
import { across, isotropic, overSlope, smallRadii, turning, undetached } from './detachment.js';

const SUBJECT = {
  rae: ae.PAIR.rae,
  detached: ae.PAIR.samba,
  live: ae.DETACH_MUTANTS.noDetach.rules,
  normHeld: ae.DETACH_MUTANTS.detachNormOnly.rules,
  directionHeld: ae.DETACH_MUTANTS.detachDirectionOnly.rules,
};
type Subject = typeof SUBJECT;
type Kind = Exclude<keyof Subject, 'rae'>;

const BOTH = ['z', 'theta'] as const;
const [SMOOTH, CONTROL] = [ae.everyShape(ae.SHAPES.smooth), ae.everyShape(ae.SHAPES.control)];

const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, k) => x + b[k]!);
const minus = (a: Float64Array): Float64Array => a.map(x => -x);

/** z- and theta-residuals together, with the constant that `theorem` gives for each part. */
function ladderOf(
  c: ae.AutoencoderCase,
  s: Subject,
  kind: Kind,
  theorem: (part: ae.Part, jet: ae.Jet) => Float64Array,
): OrderCase {
  const steps = smallRadii(c);
  const sides = ae.joined(BOTH.map(part => ae.compare(c, { samba: s[kind], rae: s.rae }, part, steps)));
  const jet = ae.jet(c, ae.directions(c));
  return { ladder: ae.rungs(steps, sides), constant: BOTH.flatMap(part => [...theorem(part, jet)]) };
}

const both = (c: ae.AutoencoderCase, s: Subject, part: ae.Part, steps: readonly number[]) => {
  const [detached, live] = (['detached', 'live'] as const).map(kind =>
    ae.compare(c, { samba: s[kind], rae: s.rae }, part, steps),
  ) as [ae.Sides[], ae.Sides[]];
  return steps.map((step, i) => ({ step, detached: detached[i]!, live: live[i]! }));
};
type Both = ReturnType<typeof both>[number];

/**
 * Round-off of the undetached gradient: that of the detached one, turned into a direction and carried by rho
 * H / |g|.
 */
function amplified(c: ae.AutoencoderCase, { detached, live, step }: Both): number {
  const gain = step * turning(c);
  return live.scale + c.shape.batch * detached.scale * gain * (1 + gain);
}

/** Made once, so that every check meets the same object and trace. */
const LIVE_IN_BATCH: Subject['live'] = { ...SUBJECT.live, norm: ae.LENGTH_MUTANTS.batchNorm.rules.norm };

const swapped = (says: string, at: Kind, by: Kind) => mutant<Subject>(says, s => ({ ...s, [at]: s[by] }));

export default claim<Subject, string, string>({
  id: 'SAMBA-24',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 3.2',
  tex: {
    printed: '\\text{"we call .detach() on the gradients"}',
    corrected:
      '\\nabla_z\\left[L(z_0+\\rho\\hat g(z_0))\\right] - \\nabla_z L(z_0+\\rho\\hat g) = \\frac{\\rho}{\\|g\\|}\\,H P\\,\\nabla_z L(z_0+\\rho\\hat g),\\qquad P = I-\\hat g\\hat g^\\top',
  },
  says: 'With or without detaching the direction SAMBA matches the RAE to first order; without, rho^2 HPHg/|g| is added, which grows without bound as the gradient vanishes. Detaching only the norm or only the direction is wrong at first order.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'Detaching costs no order against the RAE, and makes the step robust',
      quote:
        'The gradient ascent step modifying $z_0$ does not depend on $\\theta$ (we call .detach() on the gradients)',
      place: 'section 3.2, before eq. (16)',
      says: 'With and without detaching, SAMBA matches the RAE to first order. Without, a term $\\rho^2HPH\\hat g/\\|g\\|$ is added that grows without bound as the gradient vanishes, and equality for linear decoders is lost. To detach the norm or the direction alone is wrong at first order.',
    },
  ],
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    detached: check.order({
      says: 'detached: rho^2 T[u,u]/2 and its counterpart for the decoder',
      given: SMOOTH,
      order: 2,
      measure: (c, s) => ladderOf(c, s, 'detached', (part, { second }) => second(part)),
    }),
    live: check.order({
      says: 'not detached: rho^2 HPHu/|g| more, and its counterpart for the decoder',
      given: SMOOTH,
      order: 2,
      measure: (c, s) =>
        ladderOf(c, s, 'live', (part, { second }) => plus(second(part), undetached(c, part))),
    }),
    normHeld: check.order({
      says: 'only the norm detached: off by rho Hu at first order',
      given: CONTROL,
      order: 1,
      runs: 12,
      measure: (c, s) => ladderOf(c, s, 'normHeld', (part, { first }) => first(part)),
    }),
    directionHeld: check.order({
      says: 'only the direction detached: off by -rho Hu at first order',
      given: CONTROL,
      order: 1,
      runs: 12,
      measure: (c, s) => ladderOf(c, s, 'directionHeld', (part, { first }) => minus(first(part))),
    }),
    anyRadius: check.equals({
      says: 'the undetached gradient is the detached one plus (rho/|g|) H P grad L at the perturbed code, at any radius',
      given: SMOOTH,
      runs: 32,
      measure: (c, s) => {
        const steps = [1 / 64, 1];
        const turns = both(c, s, 'z', steps).map(({ detached, step }) => {
          const slope = detached.samba.map(x => c.shape.batch * x);
          return overSlope(c, across(c, slope)).map(x => step * x);
        });
        return BOTH.flatMap(part =>
          both(c, s, part, steps).map((sides, i) => ({
            what: part,
            actual: sides.live.samba,
            expected: plus(sides.detached.samba, ae.jet(c, turns[i]!).first(part)),
            scale: amplified(c, sides),
          })),
        );
      },
    }),
    linearDecoder: check.equals({
      says: "for a linear decoder the detached z-gradient is the RAE's at any radius, the other is off by exactly rho^2 HPHu/|g|",
      given: ae.everyShape(ae.SHAPES.linear),
      runs: 32,
      measure: (c, s) => {
        const added = undetached(c, 'z');
        return both(c, s, 'z', [2 ** -7, 1, 100]).flatMap(sides => {
          const { detached, live, step } = sides;
          const moved = live.rae.map((x, k) => x + step ** 2 * added[k]!);
          return check.agree({
            detached: [detached.samba, detached.rae, detached.scale],
            'not detached': [live.samba, moved, amplified(c, sides)],
          });
        });
      },
    }),
    eigenvector: check.equals({
      says: 'where the gradient is an eigenvector of the Hessian, detaching changes nothing',
      given: ae.random(isotropic),
      runs: 16,
      measure: (c, s) =>
        both(c, s, 'z', [2 ** -7, 1]).map(sides => ({
          actual: sides.live.samba,
          expected: sides.detached.samba,
          scale: amplified(c, sides),
        })),
    }),
    vanishingGradient: check.within({
      says: 'as |g| shrinks to 1e-12, rho^-2 times the error stays T[u,u]/2 when detached and grows by HPHu/|g| when not (to 1 %: the next terms are 2^-16 of these)',
      given: CONTROL,
      tolerance: 0.01,
      runs: 16,
      measure: (generic, s) =>
        [1, 1e-6, 1e-12].flatMap(size => {
          const c = ae.withResiduals(generic, [size]);
          const [{ detached, live, step }] = both(c, s, 'z', [2 ** -16]) as [Both];
          const curved = ae.jet(c, ae.directions(c)).second('z');
          const perSquare = ({ residual }: ae.Sides): number[] => mat.scale(1 / step ** 2, [...residual]);
          return check.agree({
            [`detached, residuals of size ${size}`]: [perSquare(detached), curved],
            [`not detached, size ${size}`]: [perSquare(live), plus(curved, undetached(c, 'z'))],
          });
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
    liveInBatch: mutant('one norm for the whole batch, not detached', s => ({ ...s, live: LIVE_IN_BATCH })),
  },
});
