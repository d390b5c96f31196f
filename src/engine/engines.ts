/** @file Which engines this machine has, why not the others, and how precise they are. */
import { ask, firstLine } from './engines/ask.js';
import { ENGINE_NAMES, type EngineName, MEASURE, type Measurement } from './engines/measure.js';

export type EngineStatus =
  | ({ readonly name: EngineName; readonly available: true } & Measurement)
  | { readonly name: EngineName; readonly available: false; readonly why: string; readonly todo: string };

/** Why an engine is absent and what to do about it, from what its probe said. */
type Explanation = (error: string) => { readonly why: string; readonly todo: string };

const explainWebgpu: Explanation = error => {
  const noAdapter = /adapter/i.test(error);
  return {
    why: noAdapter ? 'no GPU was found (on Linux: no Vulkan driver)' : firstLine(error),
    todo:
      'install the driver of the GPU; on Linux also the Vulkan loader libvulkan.so.1 (Debian: ' +
      'libvulkan1)',
  };
};

const explainCuda: Explanation = error => {
  const missing = /load shared library|not available|unsupported|no available backend/i.test(error);
  return {
    why: missing
      ? 'the CUDA provider of onnxruntime-node or a library it needs is missing'
      : firstLine(error),
    todo:
      'on Linux x64 with CUDA 12 and cuDNN 9: ' +
      'ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js',
  };
};

const explainTfjsNode: Explanation = error => {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 23)
    return {
      why: `tfjs-node 4.22 does not run on Node ${major}`,
      todo: 'use Node 20 or 22, or the onnx engine',
    };
  const missing = /cannot find (package|module)|tfjs_binding/i.test(error);
  return {
    why: missing
      ? 'the optional package @tensorflow/tfjs-node-gpu or its native binding is missing'
      : firstLine(error),
    todo:
      'npm install @tensorflow/tfjs-node-gpu@4.22.0 with install scripts allowed; it downloads ' +
      'libtensorflow',
  };
};

const PROBE = new URL('./engines/probe.js', import.meta.url);

async function here(name: EngineName): Promise<EngineStatus> {
  return { name, available: true, ...(await MEASURE[name]()) };
}

/** Engines whose native code may end the process, or that may be absent. */
const EXPLAIN: Readonly<Partial<Record<EngineName, Explanation>>> = {
  webgpu: explainWebgpu,
  cuda: explainCuda,
  'tfjs-node-gpu': explainTfjsNode,
};

/**
 * Whether an engine is here, with its version, threads and measured precision and speed, or why it is not and
 * what to do. Native GPU code runs in a process of its own and cannot end this one.
 */
export async function engineStatus(name: EngineName): Promise<EngineStatus> {
  const explain = EXPLAIN[name];
  if (explain === undefined) return await here(name);
  const answer = await ask(PROBE, name);
  if ('measurement' in answer) return { name, available: true, ...answer.measurement };
  return { name, available: false, ...explain(answer.error) };
}

/** The status of all engines, in a fixed order. Takes a few seconds. */
export const listEngines = (): Promise<EngineStatus[]> => Promise.all(ENGINE_NAMES.map(engineStatus));
