/**
 * @file KP-30: how the log det has to be computed, and that what trains computes it so, on the network of the
 * paper too.
 */
import * as tf from '@tensorflow/tfjs';
import { UNIT } from '../../../../src/claims/checks/rounding.js';
import { GRAE, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { constant } from '../../../../src/engine/ops.js';
import { graeLogDet } from '../../../../src/theory/closed/grae.js';
import { check, claim, conditional, draw, fc, mat, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';
import { keyOf, type NetworkCase, networkCases } from '../../../subjects/vae/network-cases.js';
import { againstDense } from './dense-log-det.js';

/**
 * log |det(I + A'A)| by elimination on the Gram matrix, as numpy's slogdet: its absolute value hides lost
 * signs.
 */
function gramLogDet(a: tf.Tensor): tf.Tensor {
  const [batch, , d] = a.shape as [number, number, number];
  const unit = constant(mat.identity(d).flat(), [d, d]);
  let left = tf.add(tf.matMul(a, a, true), unit);
  const logs: tf.Tensor[] = [];
  for (let k = d; k > 0; k--) {
    const pivot = tf.slice(left, [0, 0, 0], [batch, 1, 1]);
    logs.push(tf.reshape(tf.log(tf.abs(pivot)), [batch]));
    if (k === 1) break;
    const row = tf.slice(left, [0, 0, 1], [batch, 1, k - 1]);
    const rest = tf.slice(left, [0, 1, 1], [batch, k - 1, k - 1]);
    left = tf.sub(rest, tf.div(tf.matMul(row, row, true), pivot));
  }
  return tf.addN(logs);
}

const SUBJECT = {
  rules: GRAE.rules,
  /** The same from the Gram matrix, as one writes it first. */
  gram: { ...GRAE.rules, logDet: gramLogDet },
};
type Subject = typeof SUBJECT;

/** U diag(s) V' with singular values spaced evenly in their logarithms from 1 down to 1 / condition. */
function withCondition(u: mat.Matrix, v: mat.Matrix, condition: number): mat.Matrix {
  const s = v.map((_, k) => condition ** (-k / (v.length - 1)));
  return mat.multiply(
    u.map(row => s.map((value, k) => value * row[k]!)),
    mat.transpose(v),
  );
}

/** Data and latents. */
const SIZES = [
  [4, 2],
  [6, 3],
  [8, 5],
  [4, 4],
] as const satisfies readonly (readonly [number, number])[];

const conditioned = (low: number, high: number) =>
  fc.oneof(
    ...SIZES.map(([data, d]) =>
      draw
        .record({
          u: draw.orthogonal(data),
          v: draw.orthogonal(d),
          condition: draw.logUniform({ min: low, max: high }),
          beta: draw.logUniform({ min: 1e-15, max: 1e-9 }),
        })
        .map(({ u, v, condition, beta }) => ({ jacobian: withCondition(u, v, condition), beta })),
    ),
  );
type Conditioned = draw.Of<ReturnType<typeof conditioned>>;

/** The condition of the matrix [J; sqrt(beta) I] whose columns are made orthogonal. */
function conditionOf({ jacobian, beta }: Conditioned): number {
  const { values } = mat.svd(jacobian);
  return Math.hypot(values[0]!, Math.sqrt(beta)) / Math.hypot(values.at(-1)!, Math.sqrt(beta));
}

/** The log det of rules in doubles. */
function logDetOf(rules: GraeRules, { jacobian, beta }: Conditioned): number {
  const shape = [1, jacobian.length, jacobian[0]!.length];
  const program = programOf(rules, keyOf(`${shape}`), 'log det', () => ({
    specs: { jacobian: { shape }, beta: { shape: [] } },
    fn: inputs => ({ value: rules.logDet(rules.scaled(inputs.jacobian!, inputs.beta!)) }),
  }));
  return program.run({ jacobian: Float64Array.from(jacobian.flat()), beta: Float64Array.of(beta) })
    .value![0]!;
}

/** The same in single precision, by tfjs itself. */
const singleLogDet = (rules: GraeRules, { jacobian, beta }: Conditioned): number =>
  tf.tidy(() => {
    const j = tf.tensor(Float32Array.from(jacobian.flat()), [1, jacobian.length, jacobian[0]!.length]);
    return rules.logDet(rules.scaled(j, tf.scalar(beta))).dataSync()[0]!;
  });

const accurate = check.equals<Conditioned, Subject>({
  says: 'in doubles the log det of what trains is off by the condition of J times the rounding unit at most, for conditions from 1e3 to 1e7',
  given: conditioned(1e3, 1e7),
  runs: 40,
  measure: (c, { rules }) => {
    const expected = graeLogDet(c.jacobian, c.beta);
    return { actual: logDetOf(rules, c), expected, scale: Math.abs(expected) + conditionOf(c) };
  },
});

const agreement = check.bound<Conditioned, Subject>({
  says: 'with the Gram matrix it is off by the square of the condition: both agree where that is small',
  given: conditioned(2, 1e5),
  runs: 40,
  measure: (c, { rules, gram }) => {
    const [value, other] = [logDetOf(rules, c), logDetOf(gram, c)];
    const room = UNIT * (4 * Math.abs(value) + 2 * conditionOf(c) ** 2);
    return { lower: Math.abs(value - other), upper: room, scale: room };
  },
});

const SINGLE_UNIT = 2 ** -23;

/** A Jacobian 4 x 3 of that condition, in numbers of single precision. */
function pinned(condition: number): Conditioned {
  const turn = (a: number, i: number, j: number, n: number): number[][] => {
    const q = mat.identity(n);
    q[i]![i] = Math.cos(a);
    q[j]![j] = Math.cos(a);
    q[i]![j] = -Math.sin(a);
    q[j]![i] = Math.sin(a);
    return q;
  };
  const u = mat.multiply(mat.multiply(turn(0.7, 0, 1, 4), turn(1.1, 1, 2, 4)), turn(0.4, 2, 3, 4));
  const v = mat.multiply(mat.multiply(turn(0.5, 0, 1, 3), turn(0.9, 1, 2, 3)), turn(1.2, 0, 2, 3));
  return {
    jacobian: withCondition(u, v, condition).map(row => row.map(Math.fround)),
    beta: Math.fround(1e-12),
  };
}

const single = check.bound<Conditioned, Subject>({
  says: 'so it is in single precision: below 0.01 nats at a condition of 1e5',
  given: check.only([pinned(1e2), pinned(1e3), pinned(1e4), pinned(1e5)]),
  measure: (c, { rules }) => {
    const room = SINGLE_UNIT * (conditionOf(c) / 2 + 4 * graeLogDet(c.jacobian, c.beta));
    const error = Math.abs(singleLogDet(rules, c) - graeLogDet(c.jacobian, c.beta));
    return { lower: Number.isNaN(error) ? Infinity : error, upper: room, scale: room };
  },
});

const singleGram = check.violates<Conditioned, Subject>({
  says: 'where the Gram matrix has lost the log det: off by more than 0.05 nats from a condition of 1e4 on',
  given: check.only([pinned(1e4), pinned(1e5)]),
  measure: (c, { gram }) => {
    const claimed = graeLogDet(c.jacobian, c.beta);
    const actual = singleLogDet(gram, c);
    return { claimed, actual, by: Math.abs(actual - claimed) - 0.05, scale: Math.abs(claimed) };
  },
});

const dense = (says: string, size: NetworkCase['size']) =>
  check.within<NetworkCase, Subject>({
    says,
    given: networkCases(size),
    tolerance: 1e-10,
    runs: 1,
    measure: (c, { rules }) => againstDense(rules, c),
  });

const network = check.deepened(
  dense(
    "on the paper's MNIST network, three latents and a 64th of the filters, GRAE and all its gradients are those of a dense log det to 1e-10",
    { latent: 3, width: 1 / 64, batch: 2 },
  ),
  () => dense('the same at full size with 12 latents', { latent: 12, width: 1, batch: 1 }),
);

/** The log det from columns that were made orthogonal to the first one only. */
function orthogonalOnce(a: tf.Tensor): tf.Tensor {
  const [batch, data, d] = a.shape as [number, number, number];
  const first = tf.slice(a, [0, 0, 0], [batch, data, 1]);
  const rest = tf.slice(a, [0, 0, 1], [batch, data, d - 1]);
  const weight = tf.add(tf.sum(tf.square(first), [1, 2], true), 1);
  const along = tf.div(tf.matMul(first, rest, true), weight);
  const left = tf.sub(tf.sum(tf.square(rest), 1), tf.squeeze(tf.mul(tf.square(along), weight), [1]));
  return tf.add(tf.log(tf.reshape(weight, [batch])), tf.sum(tf.log(tf.abs(tf.add(left, 1))), 1));
}

export default claim({
  id: 'KP-30',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eq. (13) and appendix D, as it is computed',
  tex: {
    printed: '\\tfrac\\beta2\\log\\bigl|I + \\tfrac1\\beta J^\\top J\\bigr|',
    corrected:
      '\\text{rounding: } O(\\epsilon\\,\\kappa) \\text{ by orthogonalising } [J/\\sqrt\\beta;\\, I], \\quad O(\\epsilon\\,\\kappa^2) \\text{ by the Gram matrix}, \\quad \\kappa = \\kappa([J;\\, \\sqrt\\beta I])',
  },
  says: 'Forming J^T J squares the condition number: in single precision the log det is lost at a condition of 1e4; orthogonalising the columns of J, as is trained here, keeps it, and on the MNIST network of the paper agrees with a dense log det to 1e-10, gradients included.',
  verdict: conditional(
    'the Gram matrix may be used only where its condition, the square of that of J, is far below the precision',
  ),
  objectives: ['grae'],
  subject: SUBJECT,
  checks: { accurate, agreement, single, singleGram, network },
  mutants: {
    ...wrong.rules(SUBJECT, 'rules', {
      ...known(GRAE, {
        betaDropped: 'betaMissing',
        missingHalf: 'penaltyWithoutHalf',
        frozenJacobian: 'jacobianDetached',
      }),
      gramForOrthogonalisation: ['the Gram matrix', SUBJECT.gram],
      orthogonalisedOnce: ['columns orthogonal to the first one only', { logDet: orthogonalOnce }],
    }),
    ...wrong.rules(SUBJECT, 'gram', {
      gramOrthogonalised: ['the orthogonalisation for the Gram matrix', SUBJECT.rules],
    }),
  },
});
