/**
 * @file The derivative of ReLU from its output instead of its input, which then is not live until the
 * backward pass.
 */
import type { Graph } from '../../graph/graph.js';
import { rewrite } from '../../graph/rewrite.js';

/** Uses that x > 0 exactly where max(x, 0) > 0. Values are bit-identical. */
export function masks(graph: Graph): Graph {
  const outputs = new Map<number, number>();
  for (const { op, id, inputs } of graph.nodes) if (op === 'Relu') outputs.set(inputs[0]!, id);
  return rewrite(graph, (node, _, builder, standIn) => {
    if (node.op !== 'Step' || node.attrs.alpha !== 0) return undefined;
    const output = outputs.get(node.inputs[0]!);
    if (output === undefined || output > node.id) return undefined;
    return builder.add('Step', [standIn(output)], node.attrs, node.shape, node.dtype);
  });
}
