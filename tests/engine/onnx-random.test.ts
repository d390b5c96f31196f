/** @file Random graphs in ONNX Runtime against the float64 engine, within what float32 allows. */
import fc from 'fast-check';
import { openOnnx } from '../../src/engine/onnx/session.js';
import { suite } from '../harness.js';
import { Agreement, numbersOf } from './agreement.js';
import { type GraphCase, graphCases } from './random-graph.js';
import { expectedOf, float32Inputs } from './rounding.js';

const test = suite('onnx random graphs');

async function agrees(
  { graph, inputs: given }: GraphCase,
  optimise: boolean,
  agreement: Agreement,
): Promise<void> {
  const inputs = float32Inputs(given);
  const program = await openOnnx(graph, { threads: 1, optimise });
  const outputs = Object.entries(await program.run(inputs)).map(([name, y]) => [name, numbersOf(y)] as const);
  await program.release();
  agreement.check('onnx', Object.fromEntries(outputs), expectedOf(graph, inputs));
}

for (const [title, continuous, optimise, share] of [
  // where comparisons of rounded numbers may fall either way, nothing can be said
  ['of all operations', false, false, 0.75],
  ['without jumps', true, false, 0.9],
  ['without jumps, simplified', true, true, 0.9],
] as const)
  test(title, async () => {
    const agreement = new Agreement();
    await fc.assert(
      fc.asyncProperty(graphCases({ continuous }), graphCase => agrees(graphCase, optimise, agreement)),
      { numRuns: 200, seed: 20 },
    );
    agreement.mustTell(share);
  });

test.run();
