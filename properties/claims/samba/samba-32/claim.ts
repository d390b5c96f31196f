/** @file "Our model is deterministic": the loss of SAMBA, and what else its training step moves. Section 3. */
import * as tf from '@tensorflow/tfjs';
import { scaleUp } from '../../../../src/core/gaussian.js';
import { RUNNING_RULES, type RunningRules } from '../../../../src/core/net/running.js';
import { noiseOf, type Objective, pointAt, scaleOf } from '../../../../src/core/objectives/objective.js';
import { makeSamba, type SambaHyper } from '../../../../src/core/objectives/samba/samba.js';
import { makeVae } from '../../../../src/core/objectives/vae/vae.js';
import { evaluateWithGradient } from '../../../../src/core/step.js';
import { compileFloat64 } from '../../../../src/engine/float64/compile.js';
import type { Arrays, Float64Program } from '../../../../src/engine/program.js';
import { trace } from '../../../../src/engine/trace.js';
import { type AutoencoderCase, SHAPES, type Shape } from '../../../arbitraries/autoencoders.js';
import { everyShape } from '../../../arbitraries/given.js';
import { check, claim, exact, mutant, stream } from '../../../kit.js';
import { inputSpecs, inputsOf, networkOf, paramsOf, prefixed } from '../../../subjects/network/network.js';
import { type NormalisedCase, normalisedCases, statisticsAfter } from './normalised.js';

interface Subject {
  readonly objective: Objective<SambaHyper>;
  readonly running: RunningRules;
}

const hyperOf = ({ net }: Shape): SambaHyper => ({
  rec: 'sum',
  beta: 0.125,
  variance: net.posterior === 'none' ? { fixed: 0.25 } : 'learned',
});

/** Loss and gradients, traced and compiled anew. */
function compiled(shape: Shape, objective: Objective<SambaHyper>): Float64Program {
  const { batch, net } = shape;
  const specs = {
    ...inputSpecs(shape),
    ...(objective.usesNoise && { noise: { shape: [batch, net.latent] } }),
  };
  const graph = trace(inputs => {
    const given = { x: inputs.x!, ...(objective.usesNoise && { noise: inputs.noise! }) };
    const params = paramsOf(shape, inputs);
    const { loss, grads } = evaluateWithGradient(objective, networkOf(shape), params, given, hyperOf(shape));
    return { loss, ...prefixed('grad', grads) };
  }, specs);
  return compileFloat64(graph);
}

/** How many entries of two results differ in any bit. */
const differing = (a: Arrays, b: Arrays): number =>
  Object.keys(a).reduce(
    (sum, name) => sum + a[name]!.filter((value, i) => !Object.is(value, b[name]![i])).length,
    0,
  );

const programs = new WeakMap<object, WeakMap<Shape, readonly [Float64Program, Float64Program]>>();

/** Two programs of one loss, from two traces. */
function twice(shape: Shape, objective: Objective<SambaHyper>): readonly [Float64Program, Float64Program] {
  const byShape = programs.get(objective) ?? new WeakMap();
  programs.set(objective, byShape);
  const known = byShape.get(shape) ?? [compiled(shape, objective), compiled(shape, objective)];
  byShape.set(shape, known);
  return known;
}

const repeated = check.equals<AutoencoderCase, Subject>({
  says: 'two evaluations at the same parameters and data give the same loss and gradients to the last bit, from one program and from two',
  given: everyShape([...SHAPES.control, ...SHAPES.learned]),
  runs: 16,
  measure: (c, { objective }) => {
    const random = stream(1, 'noise of training');
    // what training would draw for each evaluation
    const next = (): Arrays => {
      if (!objective.usesNoise) return inputsOf(c);
      const noise = Float64Array.from({ length: c.shape.batch * c.shape.net.latent }, () => random.normal());
      return { ...inputsOf(c), noise };
    };
    const [one, other] = twice(c.shape, objective);
    const first = one.run(next());
    return check.agree({
      'entries that differ, one program': [differing(first, one.run(next())), 0],
      'entries that differ, two programs': [differing(first, other.run(next())), 0],
    });
  },
});

const statistics = check.equals<NormalisedCase, Subject>({
  says: "a training step moves the running statistics of batch normalisation as one pass at the mean code does: SAMBA's second pass through the decoder leaves no trace",
  given: normalisedCases,
  runs: 16,
  measure: (c, { objective, running }) => {
    const plain = statisticsAfter(c, undefined, RUNNING_RULES);
    const step = statisticsAfter(c, { objective, hyper: SAMBA }, running);
    return Object.keys(plain).map(name => ({
      what: name,
      actual: step[name]!,
      expected: plain[name]!,
    }));
  },
});

const SAMBA: SambaHyper = { rec: 'sum', beta: 0.125, variance: { fixed: 0.25 } };

const SUBJECT: Subject = { objective: makeSamba(), running: RUNNING_RULES };

/** SAMBA with noise: what its evaluation is made into. */
const noisy = (says: string, evaluate: Objective<SambaHyper>['evaluate'], equivalent?: string) => {
  const objective: Objective<SambaHyper> = { ...makeSamba(), usesNoise: true, evaluate };
  return mutant<Subject>(says, subject => ({ ...subject, objective }), equivalent);
};

const counting = (says: string, counted: RunningRules['counted']) => {
  const running = { ...RUNNING_RULES, counted };
  return mutant<Subject>(says, subject => ({ ...subject, running }));
};

const vae = makeVae();

export default claim({
  id: 'SAMBA-32',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 3',
  tex: {
    printed: '\\mathcal L_{SAMBA}(x;\\theta,\\phi) \\text{ is a function of } x, \\theta, \\phi',
  },
  says: 'The loss of SAMBA and its gradients are deterministic to the last bit, and a training step leaves the running statistics as one pass at the mean code does; the released code draws samples all the same, for its logs.',
  verdict: exact(),
  objectives: ['samba'],
  subject: SUBJECT,
  checks: { repeated, statistics },
  mutants: {
    vae: noisy('the VAE: a sampled code', vae.evaluate),
    sampledKl: noisy('the KL from one sample', (net, params, inputs, hyper) => {
      const { loss, terms } = makeSamba().evaluate(net, params, inputs, hyper);
      const sampled = tf.sum(tf.square(noiseOf(inputs)));
      return { loss: tf.add(loss, tf.mul(sampled, 2 ** -10)), terms };
    }),
    sampledStart: noisy('the step is taken from a sampled code', (net, params, inputs, hyper) => {
      const moved = {
        ...net,
        encode: (p: typeof params, x: tf.Tensor) => {
          const posterior = net.encode(p, x);
          const shift = scaleUp(scaleOf(posterior, hyper.variance), noiseOf(inputs));
          return { ...posterior, mean: tf.add(posterior.mean, shift) };
        },
      };
      return makeSamba().evaluate(moved, params, inputs, hyper);
    }),
    sampledForLogs: noisy(
      'the error at a sampled code is logged, as the released code does',
      (net, params, inputs, hyper) => {
        const { loss, terms } = makeSamba().evaluate(net, params, inputs, hyper);
        const { mean, ...posterior } = net.encode(params, inputs.x);
        const shift = scaleUp(scaleOf({ mean, ...posterior }, hyper.variance), noiseOf(inputs));
        const z = tf.add(mean, shift);
        return {
          loss,
          terms: { ...terms, sampled: tf.mean(pointAt(net, params, inputs.x, hyper.rec, z).loss(z)) },
        };
      },
      'What is logged is no part of the loss: the loss and its gradients are the same expressions of the parameters and the data, and in the order of passes the one at the sampled code comes after the one that moves the running statistics.',
    ),
    everyPass: counting('every pass moves the running statistics', passes => passes),
    lastPass: counting('the last pass moves the running statistics', passes => passes.slice(-1)),
  },
});
