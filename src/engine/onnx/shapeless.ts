/** @file Keeps ONNX Runtime from holding buffers that nothing needs. */
import type { OnnxGraph } from '../../formats/onnx/model.js';

/**
 * The model without the shapes of its inputs. Where shapes are known ahead, ONNX Runtime lets a value take the buffer of one of the same
 * shape that is no longer needed, however much later, and keeps the buffer in between; otherwise it frees each after its last
 * use (a VAE step: 1.3 instead of 1.7 GiB). What shapes could be inferred from are inputs with a default, which are no
 * constants. Values are bit-identical.
 */
export const withoutShapes = (graph: OnnxGraph): OnnxGraph => ({
  ...graph,
  inputs: [
    ...graph.inputs.map(({ name, type }) => ({ name, type })),
    ...graph.initializers.filter(({ type }) => type === 'int64').map(({ name, type }) => ({ name, type })),
  ],
});
