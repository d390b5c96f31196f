/** @file What our implementation, right or with one known mistake, gives for a question: in float64, from a traced graph. */
import type * as tf from '@tensorflow/tfjs';
import { denseClassifier } from '../core/classifier.js';
import { denseAutoencoder } from '../core/net/dense.js';
import type { Params } from '../core/net/network.js';
import { direction } from '../core/objectives/classifier/objective.js';
import { evaluateWithGradient } from '../core/step.js';
import { compileFloat64, float64Bytes } from '../engine/float64/compile.js';
import { type Traceable, trace } from '../engine/trace.js';
import { InputError } from '../formats/input-error.js';
import { AUTOENCODER_OBJECTIVES, CLASSIFIER_OBJECTIVES } from './implementations.js';
import { INPUT, PARAM, parameterShapes } from './layout.js';
import {
  type AutoencoderNet,
  type AutoencoderObjectiveName,
  type ClassifierNet,
  type ClassifierObjectiveName,
  DESCRIPTIONS,
  isClassifier,
  learnsVariance,
  type ObjectiveOf,
  type VectorObjectiveName,
} from './metadata.js';
import type { Outputs } from './mistakes/mistake.js';
import { MISTAKES, type MistakesOf } from './mistakes.js';
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

/** Ours for an autoencoder, with one change if there is one; null where that does not apply. */
function runAutoencoder<K extends AutoencoderObjectiveName>(
  net: AutoencoderNet,
  asked: ObjectiveOf<K>,
  given: Tensors,
  mistake?: string,
): Outputs | null {
  const name: K = asked.name;
  const mistakes: MistakesOf<K> = MISTAKES[name];
  const change = mistake === undefined ? undefined : mistakes[mistake]!.change;
  const objective = change?.kind === 'objective' ? change.change(asked) : asked;
  if (objective === null) return null;
  const { rules, make } = AUTOENCODER_OBJECTIVES[name];
  const made = make(change?.kind === 'rules' ? { ...rules, ...change.rules } : rules);
  const posterior = learnsVariance(objective) ? 'diagonal' : 'none';
  const right = denseAutoencoder({ ...(change?.kind === 'net' ? change.change(net) : net), posterior });
  const network = change?.kind === 'functions' ? change.change(right) : right;
  if (network === null) return null;
  return run(tensors => {
    const { x, noise } = under(INPUT, tensors);
    const inputs = { x: x!, ...(noise !== undefined && { noise }) };
    const { loss, terms, grads } = evaluateWithGradient(
      made,
      network,
      under(PARAM, tensors),
      inputs,
      objective,
    );
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
function runClassifier<K extends ClassifierObjectiveName>(
  net: ClassifierNet,
  asked: ObjectiveOf<K>,
  given: Tensors,
  mistake?: string,
): Outputs | null {
  const name: K = asked.name;
  const mistakes: MistakesOf<K> = MISTAKES[name];
  const change = mistake === undefined ? undefined : mistakes[mistake]!.change;
  const objective = change?.kind === 'objective' ? change.change(asked) : asked;
  if (objective === null) return null;
  const { rules, make } = CLASSIFIER_OBJECTIVES[name];
  const made = make(change?.kind === 'rules' ? { ...rules, ...change.rules } : rules);
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
      const { loss, grads } = direction(made, network, under(PARAM, tensors), inputs, objective);
      return { loss, ...gradientsOf(grads) };
    },
    { ...rest, targets: oneHot(labels!, network.classes) },
  );
}

/** `loss`, `grad.NAME` and the terms asked for, as they should be. */
export const evaluate = ({ model, given }: Problem): Outputs =>
  // null is only for a change
  (isClassifier(model)
    ? runClassifier(model.net, model.objective, given)
    : runAutoencoder(model.net, model.objective, given))!;

/** The names of the mistakes that an implementation of this objective can be suspected of. */
export const mistakeNames = (name: VectorObjectiveName): readonly string[] => Object.keys(MISTAKES[name]);

/** The same with one known mistake of the objective; null where the mistake does not apply. */
export function evaluateMistaken({ model, given }: Problem, name: string): Outputs | null {
  const { change } = MISTAKES[model.objective.name][name]!;
  if (change.kind === 'outputs') {
    const sizes = { batch: given[`${INPUT}x`]!.shape[0]!, shapes: parameterShapes(model) };
    return change.change(evaluate({ model, given }), sizes);
  }
  return isClassifier(model)
    ? runClassifier(model.net, model.objective, given, name)
    : runAutoencoder(model.net, model.objective, given, name);
}
