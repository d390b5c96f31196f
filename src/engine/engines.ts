/** @file Which engines this machine has, why not the others, and how precise they are. */
import { ask, firstLine } from './engines/ask.js';
import { type EngineName, MEASURE, type Measurement } from './engines/measure.js';

export type EngineStatus =
  | ({ readonly name: EngineName; readonly available: true } & Measurement)
  | { readonly name: EngineName; readonly available: false; readonly why: string; readonly todo: string };

/** Why an engine is absent and what to do about it, from what its probe said. */
type Explanation = (error: string) => { readonly why: string; readonly todo: string };

const explainWebgpu: Explanation = error => {
  const noAdapter = /adapter/i.test(error);
  return {
    why: noAdapter ? 'no GPU was found (on Linux: no Vulkan driver)' : firstLine(error),
    todo: 'install the driver of the GPU; on Linux also the Vulkan loader libvulkan.so.1 (Debian: libvulkan1)',
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
    todo: 'npm install @tensorflow/tfjs-node-gpu@4.22.0 with install scripts allowed; it downloads libtensorflow',
  };
};

const PROBE = new URL('./engines/probe.js', import.meta.url);

async function here(name: EngineName): Promise<EngineStatus> {
  return { name, available: true, ...(await MEASURE[name]()) };
}

async function elsewhere(name: EngineName, explain: Explanation): Promise<EngineStatus> {
  const answer = await ask(PROBE, name);
  if ('measurement' in answer) return { name, available: true, ...answer.measurement };
  return { name, available: false, ...explain(answer.error) };
}

/**
 * All engines in a fixed order, each with its version, threads and measured precision, or with why it is absent and what
 * to do. Takes a few seconds; native GPU code runs in processes of its own and cannot end this one.
 */
export function listEngines(): Promise<EngineStatus[]> {
  return Promise.all([
    here('float64'),
    here('onnx-cpu'),
    elsewhere('webgpu', explainWebgpu),
    elsewhere('cuda', explainCuda),
    here('tfjs-cpu'),
    elsewhere('tfjs-node-gpu', explainTfjsNode),
  ]);
}
