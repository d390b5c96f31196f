/**
 * @file "By removing sampling, our model is deterministic": the loss of SAMBA, and what else its training
 * step moves. Section 3.1.
 */
import * as tf from '@tensorflow/tfjs';
import { scaleUp } from '../../../../src/core/gaussian.js';
import { RUNNING_RULES } from '../../../../src/core/net/running.js';
import { noiseOf, type Objective, pointAt, scaleOf } from '../../../../src/core/objectives/objective.js';
import { SAMBA, type SambaHyper } from '../../../../src/core/objectives/samba/samba.js';
import { makeVae } from '../../../../src/core/objectives/vae/vae.js';
import { evaluateWithGradient } from '../../../../src/core/step.js';
import { compileFloat64 } from '../../../../src/engine/float64/compile.js';
import type { Arrays, Float64Program } from '../../../../src/engine/program.js';
import { trace } from '../../../../src/engine/trace.js';
import { check, claim, exact, mat, stream, wrong } from '../../../kit.js';
import * as ae from '../../../subjects/autoencoder.js';
import { normalisedCases, statisticsAfter } from './normalised.js';

const samba = SAMBA.make();
const vae = makeVae();

const SUBJECT = { objective: samba, running: RUNNING_RULES };
type Subject = typeof SUBJECT;

const HYPER: SambaHyper = { rec: 'sum', beta: 0.125, variance: { fixed: 0.25 } };

/** Loss and gradients, traced and compiled anew. */
function compiled(shape: ae.Shape, objective: Subject['objective']): Float64Program {
  const { batch, net } = shape;
  const noise = objective.usesNoise && { noise: { shape: [batch, net.latent] } };
  const hyper: SambaHyper = net.posterior === 'none' ? HYPER : { ...HYPER, variance: 'learned' };
  const graph = trace(
    inputs => {
      const given = { x: inputs.x!, ...(objective.usesNoise && { noise: inputs.noise! }) };
      const params = ae.paramsOf(shape, inputs);
      const { loss, grads } = evaluateWithGradient(objective, ae.networkOf(shape), params, given, hyper);
      return { loss, ...ae.prefixed('grad', grads) };
    },
    { ...ae.inputSpecs(shape), ...noise },
  );
  return compileFloat64(graph);
}

/** How many entries of two results differ in any bit. */
const differing = (a: Arrays, b: Arrays): number =>
  mat.sum(Object.keys(a).map(name => a[name]!.filter((value, i) => !Object.is(value, b[name]![i])).length));

const programs = new WeakMap<object, Map<ae.Shape, readonly [Float64Program, Float64Program]>>();

/** Two programs of one loss, from two traces. */
function twice(shape: ae.Shape, objective: Subject['objective']): readonly [Float64Program, Float64Program] {
  const byShape = programs.get(objective) ?? new Map();
  programs.set(objective, byShape);
  const known = byShape.get(shape) ?? [compiled(shape, objective), compiled(shape, objective)];
  byShape.set(shape, known);
  return known;
}

const repeated = check.equals({
  says: 'two evaluations at the same parameters and data give the same loss and gradients to the last bit, from one program and from two',
  given: ae.everyShape([...ae.SHAPES.control, ...ae.SHAPES.learned]),
  runs: 16,
  measure: (c, { objective }: Subject) => {
    const random = stream(1, 'noise of training');
    // what training would draw for each evaluation
    const next = (): Arrays => {
      if (!objective.usesNoise) return ae.inputsOf(c);
      const noise = Float64Array.from({ length: c.shape.batch * c.shape.net.latent }, () => random.normal());
      return { ...ae.inputsOf(c), noise };
    };
    const [one, other] = twice(c.shape, objective);
    const first = one.run(next());
    return check.agree({
      'entries that differ, one program': [differing(first, one.run(next())), 0],
      'entries that differ, two programs': [differing(first, other.run(next())), 0],
    });
  },
});

const statistics = check.equals({
  says: "a training step moves the running statistics of batch normalisation as one pass at the mean code does: SAMBA's second pass through the decoder leaves no trace",
  given: normalisedCases,
  runs: 16,
  measure: (c, { objective, running }: Subject) => {
    const plain = statisticsAfter(c, undefined, RUNNING_RULES);
    const step = statisticsAfter(c, { objective, hyper: HYPER }, running);
    return Object.keys(plain).map(what => ({ what, actual: step[what]!, expected: plain[what]! }));
  },
});

type Evaluate = Objective<SambaHyper>['evaluate'];

/** SAMBA with noise: what its evaluation is made into. */
const noisy = (evaluate: Evaluate): Subject['objective'] => ({ ...samba, usesNoise: true, evaluate });

const sampledKl: Evaluate = (net, params, inputs, hyper) => {
  const { loss, terms } = samba.evaluate(net, params, inputs, hyper);
  return { loss: tf.add(loss, tf.mul(tf.sum(tf.square(noiseOf(inputs))), 2 ** -10)), terms };
};

/** The network with a sampled code in place of the mean. */
const sampling = (...[net, , inputs, { variance }]: Parameters<Evaluate>): Parameters<Evaluate>[0] => ({
  ...net,
  encode: (params, x) => {
    const posterior = net.encode(params, x);
    const shift = scaleUp(scaleOf(posterior, variance), noiseOf(inputs));
    return { ...posterior, mean: tf.add(posterior.mean, shift) };
  },
});

const sampledForLogs: Evaluate = (net, params, inputs, hyper) => {
  const { loss, terms } = samba.evaluate(net, params, inputs, hyper);
  const z = sampling(net, params, inputs, hyper).encode(params, inputs.x).mean;
  const sampled = tf.mean(pointAt(net, params, inputs.x, hyper.rec, z).loss(z));
  return { loss, terms: { ...terms, sampled } };
};

export default claim({
  id: 'SAMBA-32',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 3.1',
  tex: { printed: '\\text{"By removing sampling, our model is deterministic"}' },
  says: 'The loss of SAMBA and its gradients are deterministic to the last bit, and a training step leaves the running statistics as one pass at the mean code does; the released code draws samples all the same, for its logs.',
  verdict: exact(),
  objectives: ['samba'],
  subject: SUBJECT,
  checks: { repeated, statistics },
  mutants: {
    ...wrong.formula(SUBJECT, 'objective', {
      vae: ['the VAE: a sampled code', noisy(vae.evaluate)],
      sampledKl: ['the KL from one sample', noisy(sampledKl)],
      sampledStart: [
        'the step is taken from a sampled code',
        noisy((...given) => samba.evaluate(sampling(...given), given[1], given[2], given[3])),
      ],
      sampledForLogs: [
        'the error at a sampled code is logged, as the released code does',
        noisy(sampledForLogs),
        'What is logged is no part of the loss: the loss and its gradients are the same expressions of the parameters and the data, and in the order of passes the one at the sampled code comes after the one that moves the running statistics.',
      ],
    }),
    ...wrong.rules(SUBJECT, 'running', {
      everyPass: ['every pass moves the running statistics', { counted: passes => passes }],
      lastPass: ['the last pass moves the running statistics', { counted: passes => passes.slice(-1) }],
    }),
  },
});
