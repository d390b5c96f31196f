/** @file Our vectors for others: right ones, and ones that are wrong on purpose and say how. */
import { stream } from '../claims/random.js';
import { compare, worst } from './compare.js';
import { drawProblem } from './draw.js';
import { evaluate, evaluateMistaken, mistakeNames } from './evaluate.js';
import { EXPECT, expectedShapes } from './layout.js';
import type { VectorObjectiveName } from './metadata.js';
import type { Outputs } from './mistakes/mistake.js';
import { MISTAKES } from './mistakes.js';
import type { Problem, Tensors, Vector } from './vector.js';

const PRODUCER = 'flatcheck float64';

/** Every third vector is wrong on purpose. */
const TURN = 3;
const WRONG_TURN = 1;

/** A wrong vector is this wrong at least: far above the limit of a check, also of one in lower precision. */
const LEAST_ERROR = 1e-6;

/** How far the one wrong entry of a wrong gradient is off, relative to the tensor's norm. */
const ONE_ENTRY = 3e-6;

const toTensors = ({ model }: Problem, outputs: Outputs): Tensors =>
  Object.fromEntries(
    Object.entries(expectedShapes(model)).map(([name, shape]) => [
      name,
      { shape, data: outputs[name.slice(EXPECT.length)]! },
    ]),
  );

interface Wrong {
  readonly flaw: string;
  readonly expected: Tensors;
}

/** The right answer with one entry of the largest gradient off. */
function oneEntryOff(problem: Problem): Wrong {
  const right = toTensors(problem, evaluate(problem));
  const norm = (name: string): number => Math.hypot(...right[name]!.data);
  const name = Object.keys(right)
    .filter(tensor => tensor.startsWith(`${EXPECT}grad.`))
    .reduce((a, b) => (norm(b) > norm(a) ? b : a));
  const data = Float64Array.from(right[name]!.data);
  data[0]! += ONE_ENTRY * norm(name);
  return {
    flaw: `the first entry of ${name} off by 3e-6 of the norm`,
    expected: { ...right, [name]: { ...right[name]!, data } },
  };
}

/** An answer with the first known mistake that shows, from number `turn` on. */
function mistaken(problem: Problem, turn: number): Wrong {
  const { name } = problem.model.objective;
  const names = mistakeNames(name).filter(mistake => MISTAKES[name][mistake]!.diagnosisOnly !== true);
  const right = toTensors(problem, evaluate(problem));
  for (let i = 0; i < names.length; i++) {
    const at = (turn + i) % (names.length + 1);
    if (at === names.length) break;
    const outputs = evaluateMistaken(problem, names[at]!);
    const error = outputs === null ? 0 : worst(compare(outputs, right))[1];
    if (outputs !== null && error > LEAST_ERROR && Number.isFinite(error))
      return { flaw: MISTAKES[name][names[at]!]!.says, expected: toTensors(problem, outputs) };
  }
  return oneEntryOff(problem);
}

/** The vector of that number for a seed: the same on every machine but for the last digits of its values. */
export function makeVector(name: VectorObjectiveName, seed: number, index: number): Vector {
  const problem = drawProblem(name, stream(seed, 'vectors', name, index), index);
  const id = `flatcheck-${name}-${seed}-${String(index).padStart(4, '0')}`;
  const turn = Math.floor(index / TURN);
  if (index % TURN === WRONG_TURN)
    return { ...problem, id: `${id}-wrong`, producer: PRODUCER, ...mistaken(problem, turn) };
  return { ...problem, id, producer: PRODUCER, expected: toTensors(problem, evaluate(problem)) };
}
