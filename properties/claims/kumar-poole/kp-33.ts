/**
 * @file KP-33: how appendix C measures a rotation: the orthogonal Procrustes problem, and what its angle does
 * not see.
 */
import { axisAngle, modQuarter, procrustes } from '../../../src/theory/numerics/procrustes.js';
import { check, claim, draw, exact, fc, mat, wrong } from '../../kit.js';

const SUBJECT = {
  /** The orthogonal O with the least |Z - OM|, from Z M'. */
  best: (cross: mat.Matrix): mat.Matrix => procrustes(cross),
  /** Its angle in degrees, mod 90. */
  angle: axisAngle,
};
type Subject = typeof SUBJECT;

const POINTS = 6;

const cases = draw
  .record({
    /** True and inferred latents, a row each. */
    z: fc.tuple(draw.vector(POINTS, draw.normal()), draw.vector(POINTS, draw.normal())),
    m: fc.tuple(draw.vector(POINTS, draw.normal()), draw.vector(POINTS, draw.normal())),
    /** Any other orthogonal matrix, reflections among them. */
    other: draw.orthogonal(2),
    swap: fc.boolean(),
    signs: fc.tuple(fc.constantFrom(1, -1), fc.constantFrom(1, -1)),
  })
  // where Z M' is nearly singular or its singular values meet, rounding decides the answer
  .filter(({ z, m }) => {
    const [large, small] = mat.svd(crossOf(z, m)).values as [number, number];
    return small > large / 64 && large - small > large / 64;
  });
type Case = draw.Of<typeof cases>;

function crossOf(z: mat.Matrix, m: mat.Matrix): number[][] {
  return mat.multiply(z, mat.transpose(m));
}

/** Inferred latents that are turned, or turned and reflected with their axes exchanged. */
const turned: Case = {
  z: [
    [1, 0.5, -1, 0, 2, -0.5],
    [0, 2, 1, -1, 0.5, 1],
  ],
  m: [
    [1, 1, -0.5, -0.5, 2, 0.25],
    [0.5, -1.5, -1.5, 1, 0.5, -1],
  ],
  other: mat.identity(2),
  swap: true,
  signs: [1, 1],
};
const given = {
  arbitrary: cases,
  examples: [turned, { ...turned, m: [turned.m[1], turned.m[0]] } satisfies Case],
};

/** |Z - OM|^2 */
const distance = ({ z, m }: Case, o: mat.Matrix): number =>
  mat.norm(mat.combine(1, z, -1, mat.multiply(o, m)).flat()) ** 2;

const sizeOf = ({ z, m }: Case): number => mat.norm([...z, ...m].flat()) ** 2;

const least = check.bound<Case, Subject>({
  says: 'no other orthogonal matrix, reflections included, brings OM nearer to Z than UV^T, U and V the singular vectors of ZM^T',
  given,
  measure: (c, rules) => ({
    lower: distance(c, rules.best(crossOf(c.z, c.m))),
    upper: distance(c, c.other),
    scale: sizeOf(c),
  }),
});

const value = check.equals<Case, Subject>({
  says: 'the least squared distance is |Z|^2 + |M|^2 less twice the sum of the singular values of ZM^T, and UV^T is orthogonal',
  given,
  measure: (c, rules) => {
    const cross = crossOf(c.z, c.m);
    const o = rules.best(cross);
    const gram = mat.gram(o);
    return check.agree({
      distance: [distance(c, o), sizeOf(c) - 2 * mat.sum(mat.svd(cross).values), 64 * sizeOf(c)],
      orthogonal: [gram.flat(), mat.identity(2).flat(), 64],
    });
  },
});

const axes = check.equals<Case, Subject>({
  says: 'exchanging or reflecting the inferred axes leaves the angle as it is, mod 90 degrees',
  given,
  measure: (c, rules) => {
    const relabelled = (c.swap ? c.m.toReversed() : c.m).map((row, i) => mat.scale(c.signs[i]!, row));
    const [found, again] = [c.m, relabelled].map(m => rules.angle(rules.best(crossOf(c.z, m))));
    return { actual: modQuarter(again! - found! + 22.5), expected: 22.5, scale: 90 * 64 };
  },
});

const improper = (o: mat.Matrix): boolean => o[0]![0]! * o[1]![1]! < o[0]![1]! * o[1]![0]!;

export default claim<Subject, string, string>({
  id: 'KP-33',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, appendix C, the rotation angle',
  tex: {
    printed:
      'O = \\arg\\min_O \\|Z - OM\\|_F^2 = UV^\\top, \\qquad ZM^\\top = U\\,\\mathrm{diag}(\\sigma)\\,V^\\top, \\qquad \\theta \\in (-45^\\circ, 45^\\circ]',
  },
  says: 'The rotation between true and inferred latents is that of the orthogonal Procrustes problem, solved by the singular vectors of ZM^T over rotations and reflections alike, and its angle mod 90 degrees does not depend on how the inferred axes are ordered and signed.',
  verdict: exact(),
  subject: SUBJECT,
  checks: { least, value, axes },
  mutants: {
    ...wrong.formula(SUBJECT, 'best', {
      transposed: ['VU^T for UV^T', cross => mat.transpose(procrustes(cross))],
      rotationsOnly: [
        'reflections turned into rotations by the sign of the second axis',
        cross => {
          const o = procrustes(cross);
          return improper(o) ? o.map(([a, b]) => [a!, -b!]) : o;
        },
      ],
      notOrthogonal: ['ZM^T itself', cross => cross],
    }),
    ...wrong.formula(SUBJECT, 'angle', {
      halfTurn: [
        'an angle mod 180 degrees, halved',
        o => modQuarter((Math.atan2(o[1]![0]!, o[0]![0]!) * 90) / Math.PI),
      ],
      secondAxis: [
        'a reflection undone on the side of the true latents',
        o => axisAngle(improper(o) ? [o[0]!, mat.scale(-1, o[1]!)] : o),
      ],
    }),
  },
});
