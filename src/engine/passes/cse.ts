/** @file Common subexpression elimination. */
import type { Graph, Node } from '../graph/graph.js';
import type { OpName } from '../graph/ops.js';
import { attributeText } from '../graph/print.js';
import { rewrite } from '../graph/rewrite.js';

/** Operations that are bit-identical with their operands swapped. */
const COMMUTATIVE: ReadonlySet<OpName> = new Set(['Add', 'Mul', 'Equal', 'NotEqual', 'And', 'Or']);

/** A digest of doubles; equal arrays have equal digests. */
function digest(values: Float64Array): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  return words.reduce((hash, word) => Math.imul(hash ^ word, 0x01000193), 0x811c9dc5);
}

const sameNumbers = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]));

function keyOf(node: Node, inputs: readonly Node[]): string {
  const ids = inputs.map(input => input.id);
  if (COMMUTATIVE.has(node.op)) ids.sort((a, b) => a - b);
  const attrs =
    node.op === 'Constant'
      ? digest(node.attrs.values)
      : Object.entries(node.attrs).map(([k, v]) => k + attributeText(v));
  return `${node.op} ${ids} ${node.shape} ${node.dtype} ${attrs}`;
}

/** Computes equal expressions once (same operation, attributes and operands). Values are bit-identical. */
export function cse(graph: Graph): Graph {
  const known = new Map<string, Node[]>();
  return rewrite(graph, (node, inputs, builder) => {
    if (node.op === 'Input') return undefined;
    const key = keyOf(node, inputs);
    const candidates = known.get(key) ?? [];
    const twin = candidates.find(
      other =>
        node.op !== 'Constant' ||
        (other.op === 'Constant' && sameNumbers(other.attrs.values, node.attrs.values)),
    );
    if (twin) return twin;
    // The node about to be made takes the next id; only its identity is needed later.
    known.set(key, [...candidates, { ...node, id: builder.nodes.length }]);
    return undefined;
  });
}
