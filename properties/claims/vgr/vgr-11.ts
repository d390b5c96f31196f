/** @file VGR-11: with a bounded slope of g, perfect reconstruction is not even a local minimum. */
import type { Autoencoder } from '../../../src/core/net/network.js';
import { linearTable } from '../../../src/core/net/table.js';
import { SPARSE_REPRESENTATION_RULES } from '../../../src/core/objectives/sparse/sparse-representation.js';
import { check, claim, draw, exact, fc, mat, wrong } from '../../kit.js';
import * as charges from '../../subjects/energy/charges.js';
import { decoded, SPARSE_WRONG, type SparseValues, sparse } from '../../subjects/energy/sparse.js';
import { tanhTable } from '../../subjects/energy/tables.js';

const SUBJECT = {
  sparse: SPARSE_REPRESENTATION_RULES,
  /** How fast d L falls along z -> (1 - t) z at a perfect reconstruction, from the latents' energies u_k. */
  descent: (energies: readonly number[], h: charges.Charge) =>
    2 * energies.reduce((sum, u) => sum + u * h.slope(u), 0),
  /**
   * The best shrinkage for h = lambda u, from the error per entry of shrinking to 0 and the sum of u_k / d.
   */
  shrinkage: (error: number, energy: number, lambda: number) => (lambda * energy) / (error + lambda * energy),
  /** The same for g = sqrt. */
  shrinkageOfRoot: (error: number, energy: number, lambda: number) =>
    Math.max(0, 1 - Math.sqrt(error) / (2 * lambda * energy)),
};
type Subject = typeof SUBJECT;

const [DATA, LATENT, SAMPLES] = [4, 3, 5];
const TANH = tanhTable(DATA, LATENT, SAMPLES);
const LINEAR = linearTable(DATA, LATENT, SAMPLES);

const code = draw.vector(SAMPLES * LATENT, draw.normal()).filter(z => mat.norm(z) > 0.5);
const smooth = charges.BOUNDED.map(({ charge }) => charge).filter(charge => charge !== charges.huber);

/** A perfect reconstruction: the data are what the decoder makes of the codes. */
const cases = draw.record({
  params: draw.record({
    code,
    inner: draw.vector(5 * LATENT, draw.normal({ std: 0.5 })),
    outer: draw.vector(DATA * 5, draw.normal({ std: 0.5 })),
  }),
  g: fc.constantFrom(...smooth),
  h: fc.constantFrom(...smooth),
});
type Case = draw.Of<typeof cases>;

const show = ({ params, g, h }: Case): string => `g ${g.name}, h ${h.name}, ${fc.stringify(params)}`;

/** The mean square of each latent. */
const energiesOf = (codes: readonly number[]): number[] =>
  Array.from(
    { length: LATENT },
    (_, k) => codes.reduce((sum, z, i) => (i % LATENT === k ? sum + z * z : sum), 0) / SAMPLES,
  );

const shrunk = (net: Autoencoder, params: SparseValues['params'], t: number): SparseValues => ({
  params: { ...params, logvar: params.code!.map(() => 0), code: params.code!.map(z => (1 - t) * z) },
  x: decoded(net, params),
});

const slope = check.equals<Case, Subject>({
  says: "at a perfect reconstruction, by any decoder, shrinking all codes lowers d L at the rate 2 sum u_k h'(u_k): the error is of second order",
  given: { arbitrary: cases, show },
  runs: 40,
  measure: ({ params, g, h }, { sparse: rules, descent }) => {
    const at = sparse(rules, TANH, shrunk(TANH, params, 0), g, h);
    const gradient = at.gradient('code');
    const along = gradient.reduce((sum, x, i) => sum - x * params.code![i]!, 0);
    const rate = descent(energiesOf(params.code!), h);
    // the decoded data are not reconstructed to the last digit
    const rounding =
      mat.norm([...(params.inner ?? []), ...(params.outer ?? [])]) ** 2 *
      mat.norm([...params.code!]) *
      g.slope(0);
    return { actual: -DATA * along, expected: rate, scale: rate + rounding };
  },
});

const descends = check.order<Case, Subject>({
  says: 'so the loss falls linearly with the shrinkage t from the perfect reconstruction on',
  given: { arbitrary: cases, show },
  order: 1,
  runs: 10,
  measure: ({ params, g, h }, { sparse: rules, descent }) => {
    const at = (t: number): number => DATA * sparse(rules, TANH, shrunk(TANH, params, t), g, h).loss;
    const best = at(0);
    // beyond these steps the curvature of g or of the error takes over
    const reach = Math.min(1, 2 ** -6 / (g.slope(0) * (1 + mat.norm([...params.outer!]) ** 2)), 2 ** -4);
    return {
      ladder: check.ladder(check.dyadic(reach, 2, 14), t => ({
        residual: best - at(t),
        scale: Math.abs(best) + LATENT * (1 + Math.abs(h.value(0))) + DATA * Math.abs(g.value(0)),
      })),
      constant: descent(energiesOf(params.code!), h),
    };
  },
});

const linear = draw.record({
  params: draw.record({
    code,
    weight: draw.vector(DATA * LATENT, draw.normal()).filter(w => mat.norm(w) > 0.5),
  }),
  /** lambda over the value where both terms weigh the same. */
  balance: draw.logUniform({ min: 1 / 16, max: 16 }).filter(x => Math.abs(x - 1) > 0.1),
});
type LinearCase = draw.Of<typeof linear>;

/** The error per entry of shrinking to nothing, and sum u_k / d. */
function scalesOf(params: SparseValues['params']) {
  const x = decoded(LINEAR, params);
  const error = x.reduce((sum, y) => sum + y * y, 0) / (SAMPLES * DATA);
  return { error, energy: mat.sum(energiesOf(params.code!)) / DATA };
}

const least = check.equals<LinearCase, Subject>({
  says: 'linear decoder, g = u, h = lambda u: the best shrinkage is lambda u / (E + lambda u), never 0',
  given: linear,
  runs: 40,
  measure: ({ params, balance }, { sparse: rules, shrinkage }) => {
    const { error, energy } = scalesOf(params);
    const lambda = (balance * error) / energy;
    const t = shrinkage(error, energy, lambda);
    const at = sparse(rules, LINEAR, shrunk(LINEAR, params, t), charges.identity, charges.multiple(lambda));
    const along = at.gradient('code').reduce((sum, x, i) => sum + x * params.code![i]!, 0);
    const size = error + lambda * energy;
    return check.agree({ 'no slope': [along, 0, size], value: [at.loss, (error * lambda * energy) / size] });
  },
});

const kept = check.bound<LinearCase, Subject>({
  says: 'g = sqrt: a perfect reconstruction is the best if and only if sqrt(E) >= 2 lambda u, and beyond it the best shrinkage is 1 - sqrt(E) / (2 lambda u)',
  given: linear,
  runs: 40,
  measure: ({ params, balance }, { sparse: rules, shrinkageOfRoot }) => {
    const { error, energy } = scalesOf(params);
    const lambda = (balance * Math.sqrt(error)) / (2 * energy);
    const at = (t: number): number =>
      sparse(rules, LINEAR, shrunk(LINEAR, params, t), charges.root, charges.multiple(lambda)).loss;
    const best = shrinkageOfRoot(error, energy, lambda);
    const size = Math.sqrt(error) + lambda * energy;
    const lower = at(best);
    return [
      ...[0, 0.125, 0.5, 0.875].map(t => ({ what: `shrunk by ${t}`, lower, upper: at(t), scale: size })),
      { what: 'kept', lower: balance < 1 ? best : 1e-3, upper: balance < 1 ? 0 : best, scale: 1 },
      {
        what: 'value',
        lower: Math.abs(
          lower -
            (best === 0
              ? lambda * energy
              : Math.sqrt(error) * (1 - Math.sqrt(error) / (4 * lambda * energy))),
        ),
        upper: 0,
        scale: size,
      },
    ];
  },
});

export default claim({
  id: 'VGR-11',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eq. (7), theorem 4 (reconstruction g)',
  tex: {
    printed: "g' \\text{ bounded}: \\text{ global minima fail to reconstruct or to be sparse for some data}",
    asRead: true,
    corrected:
      "\\frac{d}{dt}\\Bigl[g(O(t^2)) + \\tfrac1d\\sum_k h\\bigl((1-t)^2 u_k\\bigr)\\Bigr]_{t=0} = -\\frac2d\\sum_k u_k h'(u_k) < 0",
  },
  says: 'If g has a bounded slope and h grows, perfect reconstruction is never even a local minimum, for any data and any differentiable decoder: shrinking the codes gains at first order and costs at second; a square-root g keeps it exactly where sqrt(E) >= 2 lambda u.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'With a bounded slope of g a perfect reconstruction is never even a local minimum',
      quote: 'i.e., imperfect reconstruction',
      place: 'section 3.2, theorem 4 (b)',
      says: 'Where h grows, shrinking all codes gains at first order and costs at second, for any data and any differentiable decoder: not only for some data and decoder. A square-root g keeps a perfect reconstruction exactly where sqrt(E) >= 2 lambda u.',
    },
  ],
  objectives: ['sparse-representation'],
  subject: SUBJECT,
  checks: { slope, descends, least, kept },
  mutants: {
    ...wrong.formula(SUBJECT, 'descent', {
      factorDropped: ["sum u h'(u)", (u, h) => SUBJECT.descent(u, h) / 2],
      energyDropped: ["2 sum h'(u)", (u, h) => 2 * u.reduce((sum, x) => sum + h.slope(x), 0)],
      slopeAtZero: ["2 sum u h'(0)", (u, h) => 2 * u.reduce((sum, x) => sum + x * h.slope(0), 0)],
    }),
    ...wrong.formula(SUBJECT, 'shrinkage', {
      noShrinkage: ['perfect reconstruction is the best', () => 0],
      shrinkageWrong: ['E / (E + lambda u)', (error, energy, lambda) => error / (error + lambda * energy)],
    }),
    ...wrong.formula(SUBJECT, 'shrinkageOfRoot', {
      rootKeepsAll: ['g = sqrt always keeps it', () => 0],
      halfThreshold: [
        'sqrt(E) >= lambda u',
        (error, energy, lambda) => Math.max(0, 1 - Math.sqrt(error) / (lambda * energy)),
      ],
    }),
    ...wrong.rules(SUBJECT, 'sparse', SPARSE_WRONG),
  },
});
