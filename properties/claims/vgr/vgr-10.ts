/** @file VGR-10: a penalty of bounded slope prefers more latents than the data have dimensions. */

import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { exact } from '../../../src/claims/verdict.js';
import {
  SPARSE_REPRESENTATION_RULES,
  type SparseRepresentationRules,
} from '../../../src/core/objectives/sparse/sparse-representation.js';
import { plainRecord } from '../../arbitraries/record.js';
import { ARC_SIZES, type ArcCase, arcsOf, momentsOf, type Side, sidesOf } from '../../subjects/energy/arc.js';
import {
  BOUNDED,
  type Charge,
  identity,
  multiple,
  sparse,
  sparseControls,
} from '../../subjects/energy/sparse.js';

interface Subject {
  readonly sparse: SparseRepresentationRules;
  /** The square of a radius of the arc that is small enough for B to win; `gain` is h(u0) - h(0), `slope` the supremum of h'. */
  readonly squaredRadius: (gain: number, slope: number, u0: number) => number;
  /** The decoders in the order (few latents, many latents). */
  readonly sides: (c: ArcCase) => { readonly a: Side; readonly b: Side };
}

const SUBJECT: Subject = {
  sparse: SPARSE_REPRESENTATION_RULES,
  // half of what the proof allows
  squaredRadius: (gain, slope) => gain / slope / 2,
  sides: sidesOf,
};

interface Case {
  readonly arc: ArcCase;
  readonly penalty: (typeof BOUNDED)[number];
}

const arcs = arcsOf(ARC_SIZES, { min: 0.05, max: 1 }, { min: 0.1, max: 100 });
const cases = plainRecord({ arc: arcs, penalty: fc.constantFrom(...BOUNDED) });

const show = ({ arc, penalty }: Case): string => `${penalty.charge.name}, ${fc.stringify(arc)}`;

const lossOf = (side: Side, rules: SparseRepresentationRules, h: Charge): number =>
  sparse(rules, side.net, side.values, identity, h).loss;

/** Size of the terms of d L. */
const sizeOf = ({ size: [, latent] }: ArcCase, h: Charge, largest: number): number =>
  latent * (Math.abs(h.value(0)) + Math.abs(h.value(largest)) + 1);

const perfect = equals<Case, Subject>({
  says: 'both decoders reconstruct the data exactly, A with r latents and B with r + 1',
  given: { arbitrary: cases, show },
  runs: 24,
  measure: ({ arc }, { sparse: rules, sides }) => {
    const { a, b } = sides(arc);
    const error = (side: Side): number =>
      sparse(rules, side.net, side.values, identity, identity).reconstruction;
    return [
      { what: 'error of A', actual: Math.sqrt(error(a)), expected: 0, scale: 4 * arc.epsilon },
      { what: 'error of B', actual: error(b), expected: 0, scale: 0 },
      { what: 'latents of A', actual: a.active, expected: arc.size[0] },
      { what: 'latents of B', actual: b.active, expected: arc.size[0] + 1 },
    ];
  },
});

const difference = equals<Case, Subject>({
  says: 'd (L_A - L_B) = h(u0) + h(0) - h(eps^2 a) - h(eps^2 b): for any h, for a constant h both tie',
  given: {
    arbitrary: cases,
    show,
    examples: fc
      .sample(arcs, { seed: 1, numRuns: 2 })
      .map(arc => ({ arc, penalty: { charge: multiple(0), steepest: 0 } })),
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

const better = bound<Case, Subject>({
  says: "for an arc small enough, eps^2 < (h(u0) - h(0)) / sup h', B with its superfluous latent is strictly better, by half of h(u0) - h(0) at half that radius",
  given: { arbitrary: cases, show },
  runs: 48,
  measure: ({ arc, penalty: { charge: h, steepest } }, { sparse: rules, squaredRadius, sides }) => {
    const { u0 } = momentsOf(arc);
    const gain = h.value(u0) - h.value(0);
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

export default claim({
  id: 'VGR-10',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eq. (7), theorem 4 (penalty h)',
  tex: {
    printed:
      "\\mathcal L_{g,h} = g\\Bigl(\\tfrac1{dn}\\sum_i\\|x_i - \\mu_x(z_i)\\|^2\\Bigr) + \\tfrac1d\\sum_k h\\bigl(\\tfrac1n\\|z_k\\|^2\\bigr), \\quad h' \\text{ bounded}: \\text{ fails to be optimal and sparse}",
    corrected:
      "d(\\mathcal L_A - \\mathcal L_B) = h(u_0) + h(0) - h(\\varepsilon^2 a) - h(\\varepsilon^2 b) > 0 \\quad \\text{for } \\varepsilon^2 < \\frac{h(u_0) - h(0)}{\\sup h'}",
  },
  says: 'For every penalty h of bounded slope there are data, any rank r below the number of latents, and two decoders such that the perfect solution with r + 1 latents beats the one with r: explicit, and in the reading that not every global minimum is optimal.',
  verdict: exact(),
  objectives: ['sparse-representation'],
  subject: SUBJECT,
  checks: { perfect, difference, better },
  mutants: {
    arcTooLarge: mutant<Subject>('an arc with eps^2 > u0, for which fewer latents are better', s => ({
      ...s,
      squaredRadius: (_, __, u0) => 4 * u0,
    })),
    slopeIgnored: mutant<Subject>('eps^2 = h(u0) - h(0), the slope ignored', s => ({
      ...s,
      squaredRadius: gain => gain,
    })),
    swapped: mutant<Subject>('A and B exchanged', s => ({
      ...s,
      sides: c => {
        const { a, b } = sidesOf(c);
        return { a: b, b: a };
      },
    })),
    ...sparseControls<Subject>(
      'entriesForgotten',
      'latentsForEntries',
      'samplesForgotten',
      'rowsForColumns',
      'normForSquare',
    ),
  },
});
