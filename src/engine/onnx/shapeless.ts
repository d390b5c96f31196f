/** @file Keeps ONNX Runtime from keeping dead buffers for reuse. */
import type { OnnxGraph } from '../../formats/onnx/model.js';

/**
 * The model without the shapes of its inputs. With static shapes ONNX Runtime plans that a value reuses the
 * buffer of a dead value of the same shape, however much later, and keeps the buffer allocated in between;
 * without them it frees every buffer after its last use (a VAE step: 1.3 instead of 1.7 GiB). Initializers
 * from which shapes could be inferred become inputs with a default, which are no constants. Values are
 * bit-identical.
 */
export const withoutShapes = (graph: OnnxGraph): OnnxGraph => ({
  ...graph,
  inputs: [
    ...graph.inputs.map(({ name, type }) => ({ name, type })),
    ...graph.initializers.filter(({ type }) => type === 'int64').map(({ name, type }) => ({ name, type })),
  ],
});
