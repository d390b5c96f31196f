/** @file Random questions: small networks with short numbers, every convention of an objective in turn. */
import type { Random } from '../claims/random.js';
import { RECONSTRUCTIONS } from '../core/objectives/objective.js';
import { givenShapes, INPUT, PARAM } from './layout.js';
import {
  type AutoencoderNet,
  type ClassifierNet,
  DESCRIPTIONS,
  type FieldKind,
  type Model,
  VECTOR_ACTIVATIONS,
  type VectorObjectiveName,
} from './metadata.js';
import type { Problem, Values } from './vector.js';

/** A multiple of 2^-10: exact in single precision and readable. */
const short = (value: number): number => Math.round(value * 1024) / 1024;

/** 0, 1 or 2; every third index meets all three. */
const turn = (index: number): number => (index + Math.floor(index / 3)) % 3;

const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random.uniform() * (most - least + 1));

const hidden = (random: Random, most: number): number[] =>
  Array.from({ length: between(random, 0, most) }, () => between(random, 4, 8));

function drawAutoencoder(random: Random, index: number): AutoencoderNet {
  const data = between(random, 4, 9);
  const latent = between(random, 1, 4);
  return {
    kind: 'autoencoder',
    encoder: [data, ...hidden(random, 2)],
    latent,
    decoder: [latent, ...hidden(random, 1), between(random, 4, 8), data],
    activation: VECTOR_ACTIVATIONS[index % VECTOR_ACTIVATIONS.length]!,
    output: turn(index) === 2 ? 'sigmoid' : 'identity',
  };
}

const drawClassifier = (random: Random, index: number): ClassifierNet => ({
  kind: 'classifier',
  layers: [between(random, 3, 9), ...hidden(random, 1), between(random, 4, 8), between(random, 2, 5)],
  activation: VECTOR_ACTIVATIONS[index % VECTOR_ACTIVATIONS.length]!,
});

function drawField(kind: FieldKind, random: Random, index: number): unknown {
  const positive = (): number => short(0.05 + 1.5 * random.uniform());
  if (typeof kind !== 'string') return kind[index % kind.length];
  switch (kind) {
    case 'reconstruction':
      return RECONSTRUCTIONS[turn(index)];
    case 'positive integer':
      return between(random, 1, 4);
    case 'variance':
      return index % 2 === 0 ? { fixed: positive() } : 'learned';
    case 'learned variance':
      return 'learned';
    default:
      return positive();
  }
}

function drawModel(name: VectorObjectiveName, random: Random, index: number): Model {
  const { net, fields } = DESCRIPTIONS[name];
  const drawn = Object.entries(fields).map(([field, kind]) => [field, drawField(kind, random, index)]);
  const objective = { name, ...Object.fromEntries(drawn) };
  // the fields are those of the objective's description
  return {
    net: net === 'autoencoder' ? drawAutoencoder(random, index) : drawClassifier(random, index),
    objective,
  } as Model;
}

function drawEntry(name: string, shape: readonly number[], { net }: Model, random: Random): number {
  if (name === `${INPUT}labels` && net.kind === 'classifier')
    return between(random, 0, net.layers.at(-1)! - 1);
  if (name.startsWith(`${INPUT}sigma2.`)) return short(0.01 + random.uniform());
  if (name.startsWith(PARAM) && name.endsWith('.weight'))
    return short((1.2 * random.normal()) / Math.sqrt(shape[1]!));
  return short(name.startsWith(PARAM) ? 0.3 * random.normal() : random.normal());
}

/** A question on an objective; the index turns the conventions over. */
export function drawProblem(name: VectorObjectiveName, random: Random, index: number): Problem {
  const model = drawModel(name, random, index);
  const shapes = givenShapes(model, between(random, 2, 5));
  const given = Object.entries(shapes).map(([tensor, shape]): [string, Values] => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float64Array.from({ length: size }, () => drawEntry(tensor, shape, model, random));
    return [tensor, { shape, data }];
  });
  return { model, given: Object.fromEntries(given) };
}
