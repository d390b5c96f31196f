/** @file Stages by ONNX Runtime; what is held stays in the engine's tensors from run to run. */
import { feed } from '../../engine/onnx/feeds.js';
import { type OnnxOptions, type OnnxProgram, openOnnx } from '../../engine/onnx/session.js';
import { graphOf } from '../graphs.js';
import { type Holder, pick, split } from './holder.js';

type Tensors = Awaited<ReturnType<OnnxProgram['run']>>;

/** Copies; a function of its own, so that nothing here keeps a reference to the arrays it was given. */
const tensorsOf = (
  values: Readonly<Record<string, ArrayLike<number>>>,
  shapes: Readonly<Record<string, readonly number[]>>,
): Tensors =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      feed(name, Float32Array.from(values[name]!), { shape, dtype: 'float' }),
    ]),
  );

export function holdOnnx(
  start: Readonly<Record<string, ArrayLike<number>>>,
  shapes: Readonly<Record<string, readonly number[]>>,
  options: OnnxOptions,
): Holder {
  const programs: OnnxProgram[] = [];
  const dataOf = (tensors: Tensors) =>
    Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));
  let current = tensorsOf(start, shapes);
  return {
    async open(stage) {
      const graph = graphOf(stage);
      const isHeld = (name: string): boolean => Object.hasOwn(shapes, name);
      const reads = Object.keys(stage.specs).filter(isHeld);
      const writes = Object.keys(graph.outputs).filter(isHeld);
      const overwrite = writes.filter(name => reads.includes(name));
      const program = await openOnnx(graph, { ...options, overwrite });
      programs.push(program);
      const { overwrites } = program;
      // of what is not overwritten, two sets of tensors take turns: a run reads the one and writes the other
      let spare = program.allocate(writes.filter(name => !overwrites.has(name)));
      return async inputs => {
        const into = { ...pick(current, [...overwrites]), ...spare };
        const outputs = await program.run({ ...pick(current, reads), ...inputs }, into);
        spare = pick(current, Object.keys(spare));
        const [next, others] = split(outputs, shapes);
        current = { ...current, ...next };
        return dataOf(others);
      };
    },
    held: () => dataOf(current),
    hold(values) {
      for (const [name, numbers] of Object.entries(values))
        (current[name]!.data as Float32Array).set(numbers);
    },
    async close() {
      await Promise.all(programs.map(program => program.release()));
    },
  };
}
