/**
 * @file What our implementation, right or with one known mistake, gives for a question: in float64, from a
 * traced graph.
 */
import type * as tf from '@tensorflow/tfjs';
import { denseClassifier } from '../core/classifier.js';
import { denseAutoencoder } from '../core/net/dense.js';
import type { Params } from '../core/net/network.js';
import type { Objective } from '../core/objectives/objective.js';
import { type ClassifierObjective, direction } from '../core/objectives/sam/objective.js';
import { evaluateWithGradient } from '../core/step.js';
import { compileFloat64, float64Bytes } from '../engine/float64/compile.js';
import { type Traceable, trace } from '../engine/trace.js';
import { InputError } from '../formats/input-error.js';
import { INPUT, PARAM, parameterShapes } from './layout.js';
import {
  type AutoencoderModel,
  type ClassifierModel,
  DESCRIPTIONS,
  isClassifier,
  LISTED,
  learnsVariance,
  type VectorObjectiveName,
} from './metadata.js';
import type { Hyper, Mistake, Outputs } from './mistakes/mistake.js';
import { MISTAKES } from './mistakes.js';
import type { Problem, Tensors, Values } from './vector.js';

type Named = Record<string, tf.Tensor>;

/** The tensors whose names begin with the prefix, by the rest of their names. */
const under = (prefix: string, tensors: Named): Params =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

const gradientsOf = (grads: Params): Named =>
  Object.fromEntries(Object.entries(grads).map(([name, tensor]) => [`grad.${name}`, tensor]));

/** Bytes that evaluating may take, and what more for each byte that is given. */
const MOST_MEMORY = 8 * 2 ** 20;
const MEMORY_RATIO = 4;

function run(fn: Traceable, given: Tensors): Outputs {
  const arrays = Object.entries(given).map(([name, { data }]) => [name, data] as const);
  const most = MOST_MEMORY + MEMORY_RATIO * arrays.reduce((sum, [, { byteLength }]) => sum + byteLength, 0);
  const graph = trace(fn, given);
  const bytes = float64Bytes(graph);
  if (bytes > most)
    throw new InputError(
      `vector: evaluating it must take at most ${most} bytes, got ${bytes} - a vector is a small network; make its batch smaller`,
    );
  return compileFloat64(graph).run(Object.fromEntries(arrays));
}

/** An objective of the format in our implementation, open to replaced rules. */
interface Implementation<Made> {
  readonly rules: object;
  make(rules?: object): Made;
}

/** The fields and the rules that a change leaves; null where it does not apply. */
function changed<Made>({ rules, make }: Implementation<Made>, asked: Hyper, change?: Mistake['change']) {
  const hyper = change?.kind === 'objective' ? change.change(asked) : asked;
  return hyper === null ? null : { hyper, made: make(change?.kind === 'rules' ? change.rules : rules) };
}

/** Ours for an autoencoder, with one change if there is one; null where that does not apply. */
function runAutoencoder(
  { net, objective: { name, ...fields } }: AutoencoderModel,
  given: Tensors,
  change?: Mistake['change'],
): Outputs | null {
  const found = changed(LISTED[name] as Implementation<Objective<Hyper>>, fields, change);
  if (found === null) return null;
  const { hyper, made } = found;
  const posterior = learnsVariance(hyper) ? 'diagonal' : 'none';
  const right = denseAutoencoder({ ...(change?.kind === 'net' ? change.change(net) : net), posterior });
  const network = change?.kind === 'functions' ? change.change(right) : right;
  if (network === null) return null;
  return run(tensors => {
    const { x, noise } = under(INPUT, tensors);
    const inputs = { x: x!, ...(noise !== undefined && { noise }) };
    const { loss, terms, grads } = evaluateWithGradient(made, network, under(PARAM, tensors), inputs, hyper);
    const wanted = DESCRIPTIONS[name].terms.map(term => [term, terms[term]!]);
    return { loss, ...Object.fromEntries(wanted), ...gradientsOf(grads) };
  }, given);
}

/** One-hot rows [B, C] of labels [B]. */
function oneHot({ shape, data }: Values, classes: number): Values {
  const rows = new Float64Array(data.length * classes);
  data.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return { shape: [...shape, classes], data: rows };
}

/** Ours for a classifier, as for an autoencoder. */
function runClassifier(
  { net, objective: { name, ...fields } }: ClassifierModel,
  given: Tensors,
  change?: Mistake['change'],
): Outputs | null {
  const found = changed(LISTED[name] as Implementation<ClassifierObjective<Hyper>>, fields, change);
  if (found === null) return null;
  const { hyper, made } = found;
  const network = denseClassifier(net);
  const { [`${INPUT}labels`]: labels, ...rest } = given;
  return run(
    ({ targets, ...tensors }) => {
      const inputs = {
        x: tensors[`${INPUT}x`]!,
        targets: targets!,
        ...(made.uses === 'noise' && { noise: under(`${INPUT}noise.`, tensors) }),
        ...(made.uses === 'sigma2' && { sigma2: under(`${INPUT}sigma2.`, tensors) }),
      };
      const { loss, grads } = direction(made, network, under(PARAM, tensors), inputs, hyper);
      return { loss, ...gradientsOf(grads) };
    },
    { ...rest, targets: oneHot(labels!, network.classes) },
  );
}

const runModel = ({ model, given }: Problem, change?: Mistake['change']): Outputs | null =>
  isClassifier(model) ? runClassifier(model, given, change) : runAutoencoder(model, given, change);

/** `loss`, `grad.NAME` and the terms asked for, as they should be. */
export const evaluate = (problem: Problem): Outputs =>
  // null is only for a change
  runModel(problem)!;

/** The names of the mistakes that an implementation of this objective can be suspected of. */
export const mistakeNames = (name: VectorObjectiveName): readonly string[] => Object.keys(MISTAKES[name]);

/** The same with one known mistake of the objective; null where the mistake does not apply. */
export function evaluateMistaken({ model, given }: Problem, name: string): Outputs | null {
  const { change } = MISTAKES[model.objective.name][name]!;
  if (change.kind !== 'outputs') return runModel({ model, given }, change);
  const sizes = { batch: given[`${INPUT}x`]!.shape[0]!, shapes: parameterShapes(model) };
  return change.change(evaluate({ model, given }), sizes);
}
