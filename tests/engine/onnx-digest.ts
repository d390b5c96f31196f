/**
 * @file Bits of a graph large enough for ONNX Runtime to split among threads; run by itself, prints their
 * digest.
 */
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { Graph } from '../../src/engine/graph/graph.js';
import { openOnnx } from '../../src/engine/onnx/session.js';
import { GraphBuilder } from './graph-builder.js';
import { spreadNumbers } from './op-table/case.js';

const CONV = {
  strides: [1, 1],
  pad: [
    [1, 1],
    [1, 1],
  ],
} as const;

/**
 * Convolutions with few channels, and with as many as the passes before ONNX Runtime need to take them, with
 * their gradients; matrix products, a long sum and elementwise work.
 */
export function busyGraph(): Graph {
  const g = new GraphBuilder();
  const images = g.input('images', [8, 16, 16, 8]);
  const filter = g.input('filter', [3, 3, 8, 16]);
  const hidden = g.elementwise('Tanh', g.conv2D(images, filter, CONV));
  const gradient = g.node('Conv2DFilterGrad', [images, hidden], CONV, [3, 3, 8, 16]);
  const wide = g.input('wide', [3, 3, 16, 32]);
  const many = g.elementwise('Relu', g.conv2D(hidden, wide, CONV));
  const wideGradient = g.node('Conv2DFilterGrad', [hidden, many], CONV, [3, 3, 16, 32]);
  const back = g.node('Conv2DInputGrad', [many, wide], CONV, [8, 16, 16, 16]);
  const rows = g.reshape(g.elementwise('Add', hidden, back), [8 * 256, 16]);
  const gram = g.matMul(rows, rows, true, false);
  const total = g.reduce('Sum', g.elementwise('Softplus', rows), [0, 1], false);
  return g.graph({ gradient, wideGradient, gram, total });
}

/** SHA-256 of the bits of all outputs, from a session of its own. */
export async function digest(threads: number): Promise<string> {
  const program = await openOnnx(busyGraph(), { threads });
  const outputs = await program.run({
    images: spreadNumbers(8 * 256 * 8, 1),
    filter: spreadNumbers(9 * 8 * 16, 2).map(u => u - 0.5),
    wide: spreadNumbers(9 * 16 * 32, 3).map(u => u - 0.5),
  });
  await program.release();
  const hash = createHash('sha256');
  for (const tensor of Object.values(outputs)) hash.update(tensor.data as Float32Array);
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  console.log(await digest(Number(process.argv[2])));
