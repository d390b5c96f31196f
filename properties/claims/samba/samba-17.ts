/** @file The tie lambda = alpha sqrt(d) between SAMBA with a fixed covariance and the RAE: section 3.1. */

import { type AutoencoderCase, SHAPES, type Shape } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, conditional, mat, type OrderCase, wrong } from '../../kit.js';
import { atCode, jet, rowsOf } from '../../subjects/network/jets.js';
import { collect, inputsOf } from '../../subjects/network/network.js';
import { wrongRae, wrongSamba } from '../../subjects/sam/mutants.js';
import { directions, PAIR, type Pair, radii, roundOff } from '../../subjects/sam/pair.js';
import { raeStep, sambaStep } from '../../subjects/sam/steps.js';

interface Subject extends Pair {
  /** The RAE's coefficient for a standard deviation alpha and d latents. */
  readonly lambda: (alpha: number, d: number) => number;
}

/** d >= 2 throughout: with one latent a missing sqrt(d) cannot be seen. */
const WIDE: readonly Shape[] = SHAPES.smooth.filter(shape => shape.net.latent > 1);

/** Loss (without the KL term) and z-gradient of SAMBA less those of the RAE, on a ladder in alpha. */
function ladders(
  c: AutoencoderCase,
  { samba, rae, lambda }: Subject,
): { value: OrderCase; gradient: OrderCase } {
  const d = c.shape.net.latent;
  const [left, right] = [sambaStep(samba, c.shape), raeStep(rae, c.shape)];
  const inputs = inputsOf(c);
  const rounding = roundOff(c, atCode(c));
  const rungs = radii(c).map(radius => {
    const alpha = radius / Math.sqrt(d);
    const a = left.run({ ...inputs, alpha2: Float64Array.of(alpha ** 2) });
    const b = right.run({ ...inputs, lambda: Float64Array.of(lambda(alpha, d)) });
    const [step, penalised] = [a['term.reconstruction']![0]!, b.loss![0]!];
    const [u, v] = [collect(a, 'grad', 'z'), collect(b, 'grad', 'z')];
    return {
      value: { step: alpha, residual: step - penalised, scale: step + penalised },
      gradient: {
        step: alpha,
        residual: u.map((x, k) => x - v[k]!),
        scale: mat.norm([...u]) + mat.norm([...v]) + rounding,
      },
    };
  });
  const { value, second } = jet(c, directions(c));
  return {
    value: { ladder: rungs.map(rung => rung.value), constant: d * value[1] },
    gradient: { ladder: rungs.map(rung => rung.gradient), constant: second('z').map(x => d * x) },
  };
}

const SUBJECT: Subject = { ...PAIR, lambda: (alpha, d) => alpha * Math.sqrt(d) };

export default claim<Subject, string, string>({
  id: 'SAMBA-17',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 3.1',
  tex: {
    printed: '\\sqrt d\\,\\|\\alpha J_f\\| = \\lambda\\|J_f\\|,\\qquad \\lambda = \\alpha\\sqrt d',
    asRead: true,
    corrected:
      '\\sqrt d\\,\\|\\Sigma^{1/2}\\nabla_z L\\| = \\lambda\\|\\nabla_z L\\|,\\qquad \\Sigma = \\alpha^2 I,\\ \\lambda = \\alpha\\sqrt d',
  },
  says: "With the covariance fixed to alpha^2 I the first-order penalty of SAMBA is the RAE's penalty on the loss gradient with lambda = alpha sqrt(d), per sample; loss and gradient then differ by order alpha^2.",
  verdict: conditional('J_f is read as the gradient of the loss with respect to the code, one norm a sample'),
  objectives: ['samba', 'rae-loss-gradient'],
  subject: SUBJECT,
  checks: {
    value: check.order({
      says: "the losses differ by alpha^2 d u'Hu/2, u the direction of the gradient",
      given: everyShape(WIDE),
      order: 2,
      measure: (c, subject) => ladders(c, subject).value,
    }),
    gradient: check.order({
      says: 'the z-gradients differ by alpha^2 d T[u,u]/2',
      given: everyShape(WIDE),
      order: 2,
      measure: (c, subject) => ladders(c, subject).gradient,
    }),
    algebra: check.equals({
      says: 'lambda times the penalty is the mean of sqrt(d)|alpha grad_z L|, for any alpha',
      given: everyShape(SHAPES.control),
      runs: 64,
      measure: (c, { rae, lambda }) => {
        const d = c.shape.net.latent;
        const rows = rowsOf(atCode(c).gradient, c.shape.batch);
        const expected = rows.reduce(
          (sum, g) => sum + Math.sqrt(d) * mat.norm([...g].map(x => c.alpha * x)),
          0,
        );
        const tie = lambda(c.alpha, d);
        const outputs = raeStep(rae, c.shape).run({ ...inputsOf(c), lambda: Float64Array.of(tie) });
        return { actual: tie * outputs['term.penalty']![0]!, expected: expected / rows.length };
      },
    }),
  },
  mutants: {
    ...wrong.formula(SUBJECT, 'lambda', {
      alphaAlone: ['lambda = alpha', alpha => alpha],
      dimension: ['lambda = d alpha', (alpha, d) => d * alpha],
      variance: ['lambda = sqrt(d) alpha^2', (alpha, d) => Math.sqrt(d) * alpha ** 2],
      half: ['lambda = alpha sqrt(d) / 2', (alpha, d) => (alpha * Math.sqrt(d)) / 2],
    }),
    ...wrongSamba<Subject>('halfRadius', 'rootDimensionMissing', 'dimensionForRoot'),
    ...wrongSamba<Subject>('covarianceForRoot', 'covarianceMissing'),
    ...wrongSamba<Subject>('noDetach', 'detachNormOnly', 'detachDirectionOnly'),
    ...wrongRae<Subject>(
      'squaredPenalty',
      'halfPenalty',
      'literalJacobian',
      'literalJacobianSquared',
      'batchPenalty',
    ),
  },
});
