/** @file Steps by ONNX Runtime; parameters stay in the engine's tensors from step to step. */
import { sizeOf } from '../engine/graph.js';
import { type OnnxOptions, type OnnxProgram, openOnnx, type Provider } from '../engine/onnx/session.js';
import { carriedShapes, evaluatedShapes, evaluation, graphOf, trainingStepOf } from './graphs.js';
import type { Model } from './model.js';
import type { Carried, Numbers, Runner, RunnerOptions } from './runner.js';

type Tensors = Awaited<ReturnType<OnnxProgram['run']>>;

export async function openOnnxRunner(
  model: Model,
  start: Carried,
  { threads, batchSize, measures }: RunnerOptions,
  providers: readonly Provider[],
): Promise<Runner> {
  const options: OnnxOptions = { threads, providers };
  const program = await openOnnx(graphOf(trainingStepOf(model, batchSize)), options);
  const names = Object.keys(carriedShapes(model));
  const evaluatedNames = Object.keys(evaluatedShapes(model));
  // two sets of tensors take turns: a step reads the one and writes the other
  let current = program.allocate(names);
  let spare = program.allocate(names);
  for (const name of names) (current[name]!.data as Float32Array).set(start[name]!);

  const evaluations = new Map<number, OnnxProgram>();
  const evaluationFor = async (size: number): Promise<OnnxProgram> => {
    const known = evaluations.get(size);
    if (known !== undefined) return known;
    const made = await openOnnx(graphOf(evaluation(model, size, measures)), options);
    evaluations.set(size, made);
    return made;
  };
  return {
    async step(batch, rate) {
      const outputs = await program.run({ ...current, ...batch, rate: Float32Array.of(rate) }, spare);
      [current, spare] = [spare, current];
      return numbersOf(outputs, current);
    },
    async evaluate(batch) {
      const made = await evaluationFor(batch.x.length / sizeOf(model.net.data));
      const network = evaluatedNames.map(name => [name, current[name]!] as const);
      return numbersOf(await made.run({ ...Object.fromEntries(network), ...batch }), {});
    },
    carried: () =>
      Object.fromEntries(
        Object.entries(current).map(([name, tensor]) => [name, tensor.data as Float32Array]),
      ),
    async close() {
      await Promise.all([program, ...evaluations.values()].map(made => made.release()));
    },
  };
}

/** The scalar outputs; `without` are the others. */
const numbersOf = (outputs: Tensors, without: object): Numbers =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => !Object.hasOwn(without, name))
      .map(([name, tensor]) => [name, Number(tensor.data[0])]),
  );
