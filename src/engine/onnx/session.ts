/** @file Running a graph natively with ONNX Runtime. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '../graph/graph.js';
import { checkNames } from '../graph/names.js';
import { optimise } from '../passes/optimise.js';
import { checkTensor, feed, type OnnxInputs, type OnnxTensors, slotsOf, zeros } from './feeds.js';
import { lowerGraph, outputName, toBytes } from './lower.js';
import { type Overwriting, overwriting } from './overwrite.js';
import { onnxRuntime } from './runtime.js';
import { withoutShapes } from './shapeless.js';
import { type CpuPassName, specialise } from './specialise.js';

export type Provider = 'cpu' | 'webgpu' | 'cuda';

export interface OnnxOptions {
  /**
   * Threads of one operator. A fixed number gives the same bits in every run; another number gives other
   * bits.
   */
  readonly threads: number;
  /** Execution providers in order of preference; what none of them has runs on the CPU. */
  readonly providers?: readonly Provider[];
  /**
   * ONNX Runtime's memory pattern, which plans all buffers ahead: the first run's stay allocated beside the
   * planned ones, a third more memory for no time. Off by default.
   */
  readonly memoryPattern?: boolean;
  /**
   * Where ONNX Runtime writes the time of every node when the program is released: the beginning of a file's
   * path.
   */
  readonly profile?: string;
  /** Apply the passes of `optimise` first, and on the CPU alone those of `specialise`; on when not said. */
  readonly optimise?: boolean;
  /** Passes of `specialise` to leave out. */
  readonly disable?: readonly CpuPassName[];
  /**
   * Names of inputs whose buffers are donated to the outputs of the same name, where that is safe: see
   * `overwrites`.
   */
  readonly overwrite?: readonly string[];
}

/** A graph made ready to run in float32. */
export interface OnnxProgram {
  /**
   * Evaluates the graph. Every graph input must be given. Tensors of an earlier run's outputs may be given as
   * inputs: nothing is copied then. Outputs named in `into` are written there, and those tensors returned;
   * they must not share memory with an input, which the run may still read, or each other (a training step
   * swaps two sets of state). Only an output among `overwrites` may be given the tensor of the input of its
   * name.
   */
  run(inputs: OnnxInputs, into?: OnnxTensors): Promise<Record<string, Tensor>>;
  /**
   * Which outputs may be written into the buffers of the inputs of the same name. After an error in a run
   * these are lost.
   */
  readonly overwrites: ReadonlySet<string>;
  /** Tensors to give as `into`: of all outputs, or of those named. */
  allocate(names?: readonly string[]): Record<string, Tensor>;
  /** Frees the session; the program cannot run any more. */
  release(): Promise<void>;
}

function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1)
    throw new Error(`onnx: threads must be a positive integer, got ${threads}`);
}

/**
 * A session for the graph: sequential execution with a pinned number of threads, so the same inputs give the
 * same bits.
 */
export async function openOnnx(graph: Graph, options: OnnxOptions): Promise<OnnxProgram> {
  const { threads, providers = ['cpu'], memoryPattern = false, profile } = options;
  checkThreads(threads);
  const lowered = lowerGraph(
    options.optimise === false ? graph : prepared(graph, providers, options.disable),
  );
  const wanted = onCpu(providers) ? (options.overwrite ?? []) : [];
  const replacements = wanted.map(name => ({ output: outputName(graph, name), input: name }));
  const { graph: model, safe }: Overwriting =
    replacements.length === 0 ? { graph: lowered, safe: [] } : overwriting(lowered, replacements);
  const session = await onnxRuntime().InferenceSession.create(
    toBytes(onCpu(providers) ? withoutShapes(model) : model),
    {
      executionProviders: [...providers],
      executionMode: 'sequential',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableMemPattern: memoryPattern,
      graphOptimizationLevel: 'all',
      // CSE would undo rematerialisation
      extra: { optimization: { disable_specified_optimizers: 'CommonSubexpressionElimination' } },
      // errors reach us as exceptions
      logSeverityLevel: 4,
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    },
  );
  const overwrites = new Set(safe.map(({ input }) => input));
  return programOf(graph, session, { profiled: profile !== undefined, overwrites });
}

/** Other providers have convolutions of their own, for which the graph is right as it is. */
function prepared(graph: Graph, providers: readonly Provider[], disable: readonly CpuPassName[] = []): Graph {
  const simplified = optimise(graph);
  return onCpu(providers) ? specialise(simplified, { disable }) : simplified;
}

const onCpu = (providers: readonly Provider[]): boolean => providers.every(provider => provider === 'cpu');

function programOf(
  graph: Graph,
  session: InferenceSession,
  { profiled, overwrites }: { readonly profiled: boolean; readonly overwrites: ReadonlySet<string> },
): OnnxProgram {
  const inputSlots = slotsOf(graph, graph.inputs);
  const outputSlots = slotsOf(graph, graph.outputs);
  const names = Object.keys(outputSlots);
  let open = true;
  return {
    overwrites,
    async run(inputs, into = {}) {
      if (!open) throw new Error('onnx: the program was released - open it again to run it');
      checkNames('onnx', 'input', inputs, inputSlots, true);
      checkNames('onnx', 'output', into, outputSlots, false);
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [name, feed(name, input, inputSlots[name]!)]),
      );
      const overwritten = (name: string): boolean => overwrites.has(name) && into[name] === inputs[name];
      const kept = Object.entries(feeds).filter(([name]) => !overwritten(name));
      const taken = new Set(kept.map(([, tensor]) => bufferOf(tensor)));
      for (const [name, tensor] of Object.entries(into)) {
        checkTensor('output', name, tensor, outputSlots[name]!);
        if (taken.has(bufferOf(tensor)))
          throw new Error(
            `onnx: output '${name}' must not share memory with an input or another output - allocate ` +
              'another tensor',
          );
        taken.add(bufferOf(tensor));
      }
      const fetches = Object.fromEntries(names.map(name => [outputName(graph, name), into[name] ?? null]));
      const results = await session.run(feeds, fetches);
      // ONNX Runtime wraps preallocated memory in a second tensor, which would outlive the memory's owner
      return Object.fromEntries(
        names.map(name => [name, into[name] ?? (results[outputName(graph, name)] as Tensor)]),
      );
    },
    allocate(wanted = names) {
      checkNames('onnx', 'output', Object.fromEntries(wanted.map(name => [name, true])), outputSlots, false);
      return Object.fromEntries(wanted.map(name => [name, zeros(outputSlots[name]!)]));
    },
    async release() {
      if (!open) return;
      open = false;
      if (profiled) session.endProfiling();
      await session.release();
    },
  };
}

const bufferOf = (tensor: Tensor): ArrayBufferLike => (tensor.data as Float32Array).buffer;
