/** @file A graph as text, one line a node: to be read, compared line by line, and hashed. */
import { createHash } from 'node:crypto';
import type { Graph, Node } from './graph.js';
import type { Shape } from './shapes.js';

/** Constants of up to so many different entries are printed in full. */
const IN_FULL = 4;
/** Hexadecimal digits of a longer constant's SHA-256. */
const DIGITS = 16;

/** A value of an attribute. Unlike JSON it tells -0 from 0 and keeps NaN and infinities. */
export function attributeText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(attributeText).join(', ')}]`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A name of an input or output, quoted where it could be taken for something else. */
const nameText = (name: string): string => (/^[\w.:/-]+$/.test(name) ? name : JSON.stringify(name));

const typeText = ({ dtype, shape }: { readonly dtype: string; readonly shape: Shape }): string =>
  `${dtype}[${shape.join(', ')}]`;

/** The bytes of doubles in the same order on every machine. */
function bytesOf(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setFloat64(i * 8, value, true);
  return bytes;
}

/**
 * Entries, or the first of them and the beginning of the SHA-256 of all. One entry stands for a uniform
 * tensor.
 */
function constantText(values: Float64Array): string {
  const shown = Array.from(values.subarray(0, IN_FULL), attributeText);
  if (values.length <= IN_FULL) return shown.join(', ');
  const digest = createHash('sha256').update(bytesOf(values)).digest('hex').slice(0, DIGITS);
  return `${shown.join(', ')}, ... sha256:${digest}`;
}

function callText(node: Node): string {
  if (node.op === 'Input') return `Input(${nameText(node.attrs.name)})`;
  if (node.op === 'Constant') return `Constant(${constantText(node.attrs.values)})`;
  const attrs = Object.entries(node.attrs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${attributeText(value)}`);
  const call = `${node.op}(${node.inputs.map(id => `%${id}`).join(', ')})`;
  return attrs.length === 0 ? call : `${call} {${attrs.join(', ')}}`;
}

/** One node: `%12 = MatMul(%3, %7) {transposeA: false, transposeB: true} : float[32, 64]`. */
export const nodeText = (node: Node): string => `%${node.id} = ${callText(node)} : ${typeText(node)}`;

/** An input or output with its type: `param.w: float[32, 64]`. */
export const portText = (name: string, node: Node): string => `${nameText(name)}: ${typeText(node)}`;

/**
 * The program, line by line: every node in topological order, inputs among them, then the outputs. Graphs of
 * the same nodes have the same text whatever traced them, and graphs that compute anything else have another
 * one.
 */
export function* graphLines({ nodes, outputs }: Graph): Generator<string> {
  for (const node of nodes) yield nodeText(node);
  for (const [name, id] of Object.entries(outputs)) yield `output ${nameText(name)} = %${id}`;
}

/** SHA-256 of the program's text, in hexadecimal. */
export function graphDigest(graph: Graph): string {
  const hash = createHash('sha256');
  for (const line of graphLines(graph)) hash.update(`${line}\n`);
  return hash.digest('hex');
}
