/** @file Anyone's tfjs function compiled to run natively in float32. */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from 'onnxruntime-node';
import type { Graph } from './graph/graph.js';
import { arrayOf, NumberArray, takeTensor, tensorBehind } from './jit/array.js';
import { traceTree } from './jit/compile.js';
import { type Given, signatureOf, takeArguments } from './jit/inputs.js';
import { type Flat, rebuild } from './jit/tree.js';
import type { ArgumentsOf, OutputsOf } from './jit/types.js';
import type { OnnxInput } from './onnx/feeds.js';
import { type OnnxProgram, openOnnx, type Provider } from './onnx/session.js';

export interface JitOptions {
  /** Threads of one operator; all cores when not said. Another number gives other bits. */
  readonly threads?: number;
  /** Where to run, in order of preference; ['cpu'] when not said. */
  readonly providers?: readonly Provider[];
  /**
   * Positions of arguments whose buffers are donated to a later call, when they are results of this function:
   * a training step then swaps two sets of state instead of allocating a new one each time. They cannot be
   * read afterwards.
   */
  readonly donate?: readonly number[];
  /**
   * Take numbers that tfjs has rounded to float32 as they are; true when not said, as all of this runs in
   * float32.
   */
  readonly allowFloat32Constants?: boolean;
}

/** A compiled function. A call throws one-line errors for what a static graph cannot hold. */
export interface Jitted<Args extends readonly unknown[], Out> {
  (...args: ArgumentsOf<Args>): Promise<OutputsOf<Out>>;
  /** Frees the native sessions once the calls under way are through; a later call compiles again. */
  release(): Promise<void>;
}

interface Session {
  readonly graph: Graph;
  readonly program: OnnxProgram;
  readonly assemble: (outputs: Readonly<Record<string, NumberArray>>) => unknown;
  /** Donated tensors, free to be written to. */
  readonly spare: Tensor[];
}

async function nativeInput({ value }: Given): Promise<OnnxInput> {
  if (typeof value === 'number') return Float64Array.of(value);
  if (value instanceof tf.Tensor) return (await value.data()) as OnnxInput;
  if (value instanceof NumberArray) return tensorBehind(value) ?? (value.data as OnnxInput);
  return value;
}

/** Takes a spare tensor for every output that one fits. */
function reuse({ graph, spare }: Session): Record<string, Tensor> {
  const into: Record<string, Tensor> = {};
  for (const [name, id] of spare.length === 0 ? [] : Object.entries(graph.outputs)) {
    const { shape, dtype } = graph.nodes[id]!;
    const found = spare.findIndex(
      ({ type, dims }) => dtype === 'float' && type === 'float32' && `${dims}` === `${shape}`,
    );
    if (found >= 0) into[name] = spare.splice(found, 1)[0]!;
  }
  return into;
}

/**
 * Compiles a function of tensors (a loss, its gradients, an optimiser's step) into one native graph. It runs
 * once, on tensors without values, when it is first called with arguments of these shapes; from then on the
 * graph runs. What it closes over is frozen at that time: state goes in as arguments and comes out as
 * results. See docs/jit.md.
 */
export function jit<Args extends readonly unknown[], Out>(
  fn: (...args: Args) => Out,
  options: JitOptions = {},
): Jitted<Args, Out> {
  const {
    threads = availableParallelism(),
    providers = ['cpu'],
    donate = [],
    allowFloat32Constants = true,
  } = options;
  const sessions = new Map<string, Promise<Session>>();
  const running = new Set<Promise<unknown>>();

  async function open(args: readonly Flat<Given>[]): Promise<Session> {
    const { graph, result } = traceTree(fn as (...args: never[]) => unknown, args, { allowFloat32Constants });
    const program = await openOnnx(graph, { threads, providers });
    return { graph, program, assemble: outputs => rebuild(result, outputs), spare: [] };
  }

  function sessionFor(args: readonly Flat<Given>[]): Promise<Session> {
    const signature = signatureOf(args);
    const known = sessions.get(signature);
    if (known !== undefined) return known;
    const opening = open(args);
    sessions.set(signature, opening);
    opening.catch(() => sessions.delete(signature));
    return opening;
  }

  async function call(given: readonly unknown[]): Promise<unknown> {
    const args = takeArguments(given);
    const session = await sessionFor(args);
    const feeds: Record<string, OnnxInput> = {};
    for (const { leaves } of args)
      for (const [path, leaf] of Object.entries(leaves)) feeds[path] = await nativeInput(leaf);
    const outputs = await session.program.run(feeds, reuse(session));
    for (const position of donate)
      for (const { value } of Object.values(args[position]?.leaves ?? {})) {
        const tensor = value instanceof NumberArray ? takeTensor(value) : undefined;
        if (tensor !== undefined) session.spare.push(tensor);
      }
    return session.assemble(
      Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, arrayOf(t)])),
    );
  }

  const jitted = (...given: ArgumentsOf<Args>): Promise<OutputsOf<Out>> => {
    const result = call(given);
    running.add(result);
    const done = (): boolean => running.delete(result);
    result.then(done, done);
    return result as Promise<OutputsOf<Out>>;
  };
  return Object.assign(jitted, {
    async release(): Promise<void> {
      await Promise.allSettled(running);
      const open = await Promise.allSettled(sessions.values());
      sessions.clear();
      for (const opened of open) if (opened.status === 'fulfilled') await opened.value.program.release();
    },
  });
}
