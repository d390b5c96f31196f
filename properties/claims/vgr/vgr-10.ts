/** @file VGR-10: a penalty of bounded slope prefers more latents than the data have dimensions. */
import { SPARSE_REPRESENTATION_RULES } from '../../../src/core/objectives/sparse/sparse-representation.js';
import { check, claim, draw, exact, fc, wrong } from '../../kit.js';
import { ARC_SIZES, type ArcCase, arcsOf, momentsOf, type Side, sidesOf } from '../../subjects/energy/arc.js';
import * as charges from '../../subjects/energy/charges.js';
import { PENALTY_WRONG, sparse } from '../../subjects/energy/sparse.js';

const SUBJECT = {
  sparse: SPARSE_REPRESENTATION_RULES,
  /**
   * The squared radius of an arc small enough for B: half of what the proof allows. `gain` is h(u0) - h(0).
   */
  squaredRadius: (gain: number, slope: number, _u0: number) => gain / slope / 2,
  /** The decoders in the order (few latents, many latents). */
  sides: sidesOf,
};
type Subject = typeof SUBJECT;

const arcs = arcsOf(ARC_SIZES, { min: 0.05, max: 1 }, { min: 0.1, max: 100 });
/** Of bounded slope, increasing or not; the steepest slope of all is at `steepest`. */
const ANY = [
  ...charges.BOUNDED,
  ...[charges.hump, charges.wave(1 / 64), charges.multiple(-1)].map(charge => ({ charge, steepest: 0 })),
];
const cases = draw.record({ arc: arcs, penalty: fc.constantFrom(...ANY) });
type Case = draw.Of<typeof cases>;

const gainOf = ({ arc, penalty: { charge } }: Case): number =>
  charge.value(momentsOf(arc).u0) - charge.value(0);

const show = ({ arc, penalty }: Case): string => `${penalty.charge.name}, ${fc.stringify(arc)}`;

const lossOf = (side: Side, rules: Subject['sparse'], h: charges.Charge): number =>
  sparse(rules, side.net, side.values, charges.identity, h).loss;

/** Size of the terms of d L. */
const sizeOf = ({ size: [, latent] }: ArcCase, h: charges.Charge, largest: number): number =>
  latent * (Math.abs(h.value(0)) + Math.abs(h.value(largest)) + 1);

const perfect = check.equals<Case, Subject>({
  says: 'both decoders reconstruct the data exactly, A with r latents and B with r + 1',
  given: { arbitrary: cases, show },
  runs: 24,
  measure: ({ arc }, { sparse: rules, sides }) => {
    const { a, b } = sides(arc);
    const error = (side: Side): number =>
      sparse(rules, side.net, side.values, charges.identity, charges.identity).reconstruction;
    return check.agree({
      'error of A': [Math.sqrt(error(a)), 0, 4 * arc.epsilon],
      'error of B': [error(b), 0, 0],
      'latents of A': [a.active, arc.size[0]],
      'latents of B': [b.active, arc.size[0] + 1],
    });
  },
});

const difference = check.equals<Case, Subject>({
  says: 'd (L_A - L_B) = h(u0) + h(0) - h(eps^2 a) - h(eps^2 b): for any h, for a constant h both tie',
  given: {
    arbitrary: cases,
    show,
    examples: fc
      .sample(arcs, { seed: 1, numRuns: 2 })
      .map(arc => ({ arc, penalty: { charge: charges.multiple(0), steepest: 0 } })),
  },
  runs: 48,
  measure: ({ arc, penalty: { charge: h } }, { sparse: rules, sides }) => {
    const { a, b } = sides(arc);
    const { u0, a: cos, b: sin } = momentsOf(arc);
    const squared = arc.epsilon ** 2;
    return {
      actual: arc.size[2] * (lossOf(a, rules, h) - lossOf(b, rules, h)),
      expected: h.value(u0) + h.value(0) - h.value(squared * cos) - h.value(squared * sin),
      scale: sizeOf(arc, h, u0 + Math.max(0, ...arc.others.map(y => y * y))),
    };
  },
});

const better = check.bound<Case, Subject>({
  says: "where h(u0) > h(0), for an arc small enough, eps^2 < (h(u0) - h(0)) / sup h', B with its superfluous latent is strictly better, by half of h(u0) - h(0) at half that radius",
  given: { arbitrary: cases.filter(c => gainOf(c) > 0), show },
  runs: 48,
  measure: (c, { sparse: rules, squaredRadius, sides }) => {
    const { arc, penalty } = c;
    const { charge: h, steepest } = penalty;
    const [{ u0 }, gain] = [momentsOf(arc), gainOf(c)];
    const small = { ...arc, epsilon: Math.sqrt(squaredRadius(gain, h.slope(steepest), u0)) };
    const { a, b } = sides(small);
    const d = arc.size[2];
    return {
      lower: d * lossOf(b, rules, h) + gain / 2,
      upper: d * lossOf(a, rules, h),
      scale: sizeOf(arc, h, u0 + Math.max(0, ...arc.others.map(y => y * y))),
    };
  },
});

const idle = check.equals({
  says: 'where h(u) < h(0), a latent that the decoder ignores is better in use: with energy u it lowers d L by h(0) - h(u), the reconstruction staying perfect',
  given: draw
    .record({
      arc: arcs,
      h: fc.constantFrom(charges.multiple(-1), charges.multiple(-0.25), charges.wave(1)),
      energy: draw.logUniform({ min: 1 / 16, max: 16 }),
    })
    .filter(({ h, energy }) => h.value(energy) < h.value(0)),
  runs: 32,
  measure: ({ arc, h, energy }, { sparse: rules, sides }: Subject) => {
    const { a } = sides(arc);
    const [, latent, d] = arc.size;
    // the last latent is the decoder's to ignore: r of them are enough
    const code = a.values.params.code!.map((z, i) => (i % latent === latent - 1 ? Math.sqrt(energy) : z));
    const filled = { ...a, values: { ...a.values, params: { ...a.values.params, code } } };
    const { u0 } = momentsOf(arc);
    const { loss, reconstruction } = sparse(rules, filled.net, filled.values, charges.identity, h);
    return check.agree({
      gain: [
        d * (lossOf(a, rules, h) - loss),
        h.value(0) - h.value(energy),
        sizeOf(arc, h, u0 + Math.max(0, ...arc.others.map(y => y * y))) + Math.abs(h.value(energy)),
      ],
      error: [Math.sqrt(reconstruction), 0, 4 * arc.epsilon],
    });
  },
});

export default claim({
  id: 'VGR-10',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eq. (7), theorem 4 (penalty h)',
  tex: {
    printed:
      "\\mathcal L_{g,h} = g\\Bigl(\\tfrac1{dn}\\sum_i\\|x_i - \\mu_x(z_i)\\|^2\\Bigr) + \\tfrac1d\\sum_k h\\bigl(\\tfrac1n\\|z_k\\|^2\\bigr), \\quad h' \\text{ bounded}: \\text{ fails to be optimal and sparse}",
    asRead: true,
    corrected:
      "d(\\mathcal L_A - \\mathcal L_B) = h(u_0) + h(0) - h(\\varepsilon^2 a) - h(\\varepsilon^2 b) > 0 \\quad \\text{for } \\varepsilon^2 < \\frac{h(u_0) - h(0)}{\\sup h'}",
  },
  says: 'For every penalty h of bounded slope that is not constant, increasing or not, some global minimum is not sparse: where h(u0) > h(0) there are data, for any rank r below the number of latents, and two decoders such that the perfect solution with r + 1 latents beats the one with r, explicitly; where h falls below h(0), latents that the decoder ignores are better in use.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'The superfluous latent is explicit, for every penalty of bounded slope but a constant one',
      quote: 'for strictly more than r rows of Z (i.e., not maximally sparse)',
      place: 'section 3.2, theorem 4 (b)',
      says: "Where h(u0) > h(0) for some u0, data on an arc of squared radius below (h(u0) - h(0))/sup h' prefer r + 1 latents; where h falls below h(0), latents that the decoder ignores are better in use. For a constant h both solutions tie: minimising produces either.",
    },
  ],
  objectives: ['sparse-representation'],
  subject: SUBJECT,
  checks: { perfect, difference, better, idle },
  mutants: {
    ...wrong.formula(SUBJECT, 'squaredRadius', {
      arcTooLarge: ['an arc with eps^2 > u0, for which fewer latents are better', (_, __, u0) => 4 * u0],
      slopeIgnored: ['eps^2 = h(u0) - h(0), the slope ignored', gain => gain],
    }),
    ...wrong.formula(SUBJECT, 'sides', {
      swapped: [
        'A and B exchanged',
        c => {
          const { a, b } = sidesOf(c);
          return { a: b, b: a };
        },
      ],
    }),
    ...wrong.rules(SUBJECT, 'sparse', PENALTY_WRONG),
  },
});
