/** @file The gradient of the RAE's loss: eq. (4). */
import { RAE_JACOBIAN } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_LOSS_GRADIENT } from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SAMBA_RULES } from '../../../../src/core/objectives/samba/samba.js';
import { VAE_RULES } from '../../../../src/core/objectives/vae/vae.js';
import type { Float64Program } from '../../../../src/engine/program.js';
import { type AutoencoderCase, SHAPES } from '../../../arbitraries/autoencoders.js';
import { everyShape } from '../../../arbitraries/given.js';
import { check, claim, exact, mat, wrong } from '../../../kit.js';
import { FULL_WIDTH } from '../../../subjects/large/network.js';
import { jacobiansOf } from '../../../subjects/network/jacobians.js';
import { atCode, jet } from '../../../subjects/network/jets.js';
import { collect, inputsOf, type Part } from '../../../subjects/network/network.js';
import { wrongJacobian } from '../../../subjects/sam/jacobian-mutants.js';
import { wrongRae } from '../../../subjects/sam/mutants.js';
import { directions, expansion, roundOff, steepness } from '../../../subjects/sam/pair.js';
import { distance, penaltyGradient, residuals, termOf } from '../../../subjects/sam/penalties.js';
import { average } from '../../../subjects/sam/released.js';
import { jacobianStep, raeStep } from '../../../subjects/sam/steps.js';
import { largeGradients, largeGradientsControls } from './large-gradients.js';

/** One latent, two and three: the Jacobian is traced by columns, and differentiated twice. */
const FEW = [0, 1, 6].map(k => SHAPES.smooth[k]!);

const LAMBDA = Float64Array.of(0.5);
const PARTS: readonly Part[] = ['z', 'phi', 'theta'];

/** Some direction in the space of all parameters and codes, of length one. */
function direction(c: AutoencoderCase): Record<string, Float64Array> {
  let k = 0;
  const raw = Object.entries(inputsOf(c)).flatMap(([name, values]) =>
    name === 'x' ? [] : [[name, Float64Array.from(values, () => Math.cos(3 * ++k))] as const],
  );
  const length = mat.norm(raw.flatMap(([, values]) => [...values]));
  return Object.fromEntries(raw.map(([name, values]) => [name, values.map(x => x / length)]));
}

/** The central difference of a loss along a direction less its gradient along it, on a ladder of steps. */
function differences(c: AutoencoderCase, program: Float64Program) {
  const inputs = inputsOf(c);
  const along = direction(c);
  const names = Object.keys(along);
  const moved = (h: number) =>
    Object.fromEntries(names.map(name => [name, inputs[name]!.map((x, k) => x + h * along[name]![k]!)]));
  const at = (h: number) => program.run({ ...inputs, ...moved(h), lambda: LAMBDA });
  const here = at(0);
  const slope = mat.sum(names.map(name => mat.dot([...here[`grad.${name}`]!], [...along[name]!])));
  const size = here.loss![0]! + (1 + mat.norm(Object.values(c.params).flat())) ** 2;
  return check.ladder(check.dyadic(1 / (1 + steepness(c)), 3, 12), h => {
    const [above, below] = [at(h).loss![0]!, at(-h).loss![0]!];
    return { residual: (above - below) / (2 * h) - slope, scale: size / h };
  });
}

const gradientsAt = (c: AutoencoderCase, program: Float64Program, lambda: number): number[] => {
  const outputs = program.run({ ...inputsOf(c), lambda: Float64Array.of(lambda) });
  return PARTS.flatMap(part => [...collect(outputs, 'grad', part)]);
};

const SUBJECT = {
  // the VAE and SAMBA are there for the large network
  vae: VAE_RULES,
  samba: SAMBA_RULES,
  rae: RAE_LOSS_GRADIENT.rules,
  jacobian: RAE_JACOBIAN.rules,
  /** The RAE whose penalty is not differentiated: create_graph forgotten. */
  frozen: RAE_LOSS_GRADIENT.mistakes.constantPenalty.rules,
};
type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-4',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (4)',
  tex: {
    printed:
      '\\nabla_\\theta L_{RAE} = \\partial_\\theta\\left[L(z_0,\\theta) + \\lambda\\|J_f(z)\\|\\right]',
    corrected:
      '\\nabla L_{RAE} = \\nabla\\left[L(z_0,\\theta) + \\lambda\\|\\nabla_zL(z_0,\\theta)\\|\\right]\\ \\text{at}\\ z_0=\\mu_\\phi(x),\\ \\text{the penalty differentiated through } \\nabla_z',
  },
  says: "Eq. (4) defines the RAE's gradient; the gradients that train are the derivatives of their losses, the penalty's second derivatives included. A penalty computed without a graph has the right value and no gradient, an error of first order.",
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'A penalty computed without its graph has the right value and no gradient',
      quote:
        '\\lambda \\left\\| \\mathbf{J}_{\\boldsymbol{f}} \\left( \\boldsymbol{z} \\right) \\right\\| \\right]',
      place: 'eq. (4)',
      says: 'Eq. (4) is a definition; what trains must differentiate the penalty through the Jacobian. Where it does not, the gradient is off by lambda H g/|g|, an error of first order.',
    },
  ],
  objectives: ['rae-loss-gradient', 'rae-jacobian'],
  subject: SUBJECT,
  checks: {
    lossGradient: check.deepened<Subject>(
      check.order({
        says: 'the gradient of the loss with the penalty on grad_z L is the limit of central differences',
        given: everyShape(SHAPES.smooth),
        order: 2,
        measure: (c, { rae }) => ({ ladder: differences(c, raeStep(rae, c.shape)) }),
      }),
      () => largeGradients(FULL_WIDTH),
      { controls: largeGradientsControls(), large: true },
    ),
    jacobian: check.order({
      says: 'so is that of the loss with the penalty on the Jacobian, and on its square',
      given: everyShape(FEW),
      order: 2,
      measure: (c, { jacobian }) => ({
        ladder: differences(c, jacobianStep(jacobian, c.shape, c.alpha < 0.5 ? 2 : 1)),
      }),
    }),
    values: check.equals({
      says: "the penalties are the means of |2 J'r| and of |J|_F",
      given: everyShape(SHAPES.smooth),
      runs: 32,
      measure: (c, { rae, jacobian }) => {
        const [jacobians, r] = [jacobiansOf(c), residuals(c)];
        const slopes = jacobians.map((j, i) => mat.norm(mat.scale(2, mat.apply(mat.transpose(j), r[i]!))));
        const sizes = jacobians.map(j => mat.norm(j.flat()));
        const [slope, size] = [raeStep(rae, c.shape), jacobianStep(jacobian, c.shape, 1)].map(program =>
          termOf(c, program, 'penalty'),
        );
        return check.agree({
          'loss gradient': [slope!, average(slopes), Math.max(...sizes) * roundOff(c, atCode(c))],
          Jacobian: [size!, average(sizes)],
        });
      },
    }),
    closedForm: check.equals({
      says: 'the penalty adds lambda Hu for the codes and its counterpart for the decoder',
      given: everyShape(SHAPES.smooth),
      runs: 32,
      measure: (c, { rae }) =>
        PARTS.map(part => {
          const { value, scale } = penaltyGradient(c, raeStep(rae, c.shape), part);
          return { actual: value, expected: jet(c, directions(c)).first(part), scale, what: part };
        }),
    }),
    frozen: check.equals({
      says: 'a penalty without a graph has the right value and no gradient at all, whatever lambda',
      given: everyShape(SHAPES.control),
      runs: 16,
      measure: (c, { rae, frozen }) => {
        const [right, wrong] = [raeStep(rae, c.shape), raeStep(frozen, c.shape)];
        const loss = (program: Float64Program): Float64Array =>
          program.run({ ...inputsOf(c), lambda: LAMBDA }).loss!;
        return check.agree({
          gradient: [gradientsAt(c, wrong, 8), gradientsAt(c, wrong, 0)],
          value: [loss(wrong), loss(right)],
        });
      },
    }),
    frozenWrong: check.violates({
      says: 'which is not the derivative of the loss',
      given: everyShape(SHAPES.control),
      runs: 16,
      measure: (c, { rae, frozen }) => {
        const claimed = gradientsAt(c, raeStep(frozen, c.shape), 1);
        const actual = gradientsAt(c, raeStep(rae, c.shape), 1);
        return distance(claimed, actual);
      },
    }),
    frozenOrder: check.order({
      says: 'and misses SAMBA by lambda Hu, an error of first order',
      given: everyShape(SHAPES.smooth),
      order: 1,
      measure: (c, { samba, frozen }) => ({
        ...expansion(c, { samba, rae: frozen }, 'z'),
        constant: jet(c, directions(c)).first('z'),
      }),
    }),
  },
  mutants: {
    ...wrongRae<Subject>('constantPenalty', 'squaredPenalty', 'frozenDenominator', 'literalJacobian'),
    ...wrongRae<Subject>('batchPenalty', 'halfPenalty'),
    ...wrongJacobian<Subject>('jacobianHeld', 'largestEntry', 'halfHeld'),
    ...wrong.formula(SUBJECT, 'frozen', {
      graphKept: ['the penalty is differentiated after all', SUBJECT.rae],
    }),
  },
});
