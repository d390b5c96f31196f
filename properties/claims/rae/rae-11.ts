/** @file RAE-11: what the gradient penalty bounds: the decoder's Jacobian, at the codes of the data. */

import { RAE_JACOBIAN } from '../../../src/core/objectives/rae/rae-jacobian.js';
import type { Shape } from '../../arbitraries/autoencoders.js';
import { check, claim, conditional, mat, wrong } from '../../kit.js';
import { known } from '../../subjects/mistaken.js';
import { circle, line } from '../../subjects/rae/blind.js';
import { FEW, onOf, type RaeCase, raeGiven } from '../../subjects/rae/cases.js';
import { decodePlain, plainSamples } from '../../subjects/rae/plain-network.js';
import { evaluated, RULES } from '../../subjects/rae/step.js';

const SUBJECT = {
  jacobian: RULES.jacobian,
  ghosh: RULES.ghosh,
  pythae: RULES.pythae,
  /** The largest mean |J|^2 that a loss allows. */
  largest: (loss: number, lambda: number) => loss / lambda,
};
type Subject = typeof SUBJECT;

/** mean |J|^2 at the codes. */
const meanSquared = (c: RaeCase): number => {
  const squares = plainSamples(c.model).map(({ decoderJacobian }) => mat.norm(decoderJacobian.flat()) ** 2);
  return mat.sum(squares) / squares.length;
};

const bounded = check.bound<RaeCase, Subject>({
  says: 'where the loss with the penalty as summarised is at most L0, the mean |J|^2 at the codes is at most L0 / lambda',
  given: raeGiven(FEW),
  runs: 12,
  measure: (c, s) =>
    // the larger lambda, the less is lost
    [1, 2 ** 20].map(factor => {
      const lambda = factor * c.lambda;
      const upper = s.largest(evaluated(s, 'jacobian', onOf(c), { beta: c.beta, lambda }).loss, lambda);
      return { what: `${factor}`, lower: meanSquared(c), upper, scale: upper };
    }),
});

type Blind = readonly ['ghosh' | 'pythae', RaeCase];

/** D(z) = slope (z, -z) with the encoder x_1/slope. */
const inverted = (slope: number): RaeCase => {
  const { model: network, ...weights } = line(0, [slope / 2, -slope / 2], slope);
  const params = { ...network.params, 'mu.weight': [1 / slope, 0] };
  return { model: { ...network, params }, ...weights };
};

/**
 * Perfect reconstructions by decoders of any slope that the penalty of the released code, or of Pythae, does
 * not see.
 */
const BLIND = [2, 16, 256].flatMap((slope): Blind[] => [
  ['ghosh', circle(slope, 0.75, [slope * Math.cos(0.75), slope * Math.sin(0.75)])],
  ['pythae', inverted(slope)],
]) as [Blind, ...Blind[]];

const released = check.violates<Blind, Subject>({
  says: "that of the released code, and Pythae's, bound nothing: decoders of any slope, perfect reconstructions, at one and the same loss",
  given: check.only(BLIND, ([name, c]) => `${name}, |J|^2 = ${meanSquared(c)}`),
  measure: ([name, c], s) => {
    const claimed = s.largest(evaluated(s, name, onOf(c), c).loss, c.lambda);
    const actual = meanSquared(c);
    return { claimed, actual, by: actual - claimed, scale: actual };
  },
});

const STEP: Shape = {
  net: { encoder: [1], latent: 1, decoder: [1, 1, 1], activation: 'tanh', output: 'identity' },
  batch: 2,
};

/** D(z) = tanh(k z)/tanh k through the data at -1 and 1, their own codes. */
const step = (k: number): RaeCase => ({
  model: {
    shape: STEP,
    params: {
      'mu.weight': [1],
      'mu.bias': [0],
      'decoder.0.weight': [k],
      'decoder.0.bias': [0],
      'decoder.1.weight': [1 / Math.tanh(k)],
      'decoder.1.bias': [0],
    },
    x: [-1, 1],
    alpha: 0.5,
  },
  beta: 1,
  lambda: 1,
});

const between = check.violates<number, Subject>({
  says: 'and between the codes nothing is bounded: D(z) = tanh(k z)/tanh k has a vanishing penalty at the data -1 and 1 and the slope k/tanh k in their middle',
  given: check.only([2, 4, 8], k => `k = ${k}`),
  measure: (k, s) => {
    const c = step(k);
    const claimed = s.largest(evaluated(s, 'jacobian', onOf(c), c).loss, c.lambda);
    const actual = decodePlain(c.model, [0]).jacobian[0]![0]! ** 2;
    return { claimed, actual, by: actual - claimed, scale: actual };
  },
});

export default claim({
  id: 'RAE-11',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, on the gradient penalty; released code 9478b8f; Pythae 6419e21',
  tex: {
    printed:
      '\\text{bounds the gradient norm: } \\mathcal{L}_{GP} = \\|\\nabla D_{\\theta}(E_{\\phi}(x))\\|^2_2',
    corrected:
      '\\tfrac1N\\sum_i\\|J_D(z_i)\\|_F^2 \\le \\tfrac{L_0}\\lambda \\quad \\text{where } L \\le L_0',
  },
  says: 'The gradient penalty as summarised bounds the mean |J|^2 at the codes of the data by L0 / lambda where the loss is at most L0; between the codes it bounds nothing, and the penalties of the released code and of Pythae bound it nowhere.',
  verdict: conditional(
    'the penalty is |J|_F^2 itself, and the gradient is asked for at the codes of the data',
  ),
  findings: [
    {
      class: 'sharpened',
      title:
        'The gradient penalty bounds the gradient at the codes of the data, as summarised, and not as released',
      quote: 'where it is used on the discriminator, bounds the gradient norm',
      place: 'summary, section Deterministic Regularized Autoencoders, Gradient penalty',
      says: 'On a sublevel set L <= L0 the mean |J|^2 at the codes is at most L0 / lambda. Between codes a decoder may be as steep as it likes, tanh(k z)/tanh k through -1 and 1; what the released code and Pythae penalise is zero for perfect reconstructions by decoders of any slope.',
    },
  ],
  objectives: ['rae-jacobian', 'rae-ghosh-code', 'rae-pythae'],
  subject: SUBJECT,
  checks: { bounded, released, between },
  mutants: {
    ...wrong.formula(SUBJECT, 'largest', {
      halved: ['L0 / (2 lambda)', (loss, lambda) => loss / (2 * lambda)],
      inverted: ['lambda L0', (loss, lambda) => loss * lambda],
    }),
    ...wrong.rules(
      SUBJECT,
      'jacobian',
      known(RAE_JACOBIAN, {
        halfPenalty: 'halfPenalty',
        otherPower: 'otherPower',
        meanPenalty: 'meanPenalty',
        columnSums: 'columnSums',
      }),
    ),
    ...wrong.formula(SUBJECT, 'ghosh', {
      printedForGhosh: [
        'the Jacobian in the released code',
        {
          ...RULES.ghosh,
          gradient: at => RULES.jacobian.jacobian(at),
          measure: g => RULES.jacobian.measure(g, 2),
        },
      ],
    }),
  },
});
