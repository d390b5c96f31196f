/** @file `flatcheck trace CONFIG.json`: the static graph of a configuration's training step. */
import type { Graph } from '../../engine/graph/graph.js';
import { livenessInOrder } from '../../engine/graph/liveness.js';
import { graphDigest, graphLines, nodeText, portText } from '../../engine/graph/print.js';
import { sizeOf } from '../../engine/graph/shapes.js';
import { readConfig } from '../../train/config.js';
import { imageShape } from '../../train/data.js';
import { graphOf, trainingStepOf } from '../../train/graphs.js';
import { modelOf } from '../../train/model.js';
import { noMore, readArgs } from '../args.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';

export const usage = `usage: flatcheck trace CONFIG.json [options]

Traces the training step of a configuration (loss, gradients, optimiser update) and tells what the graph
consists of: nodes by operation, inputs, outputs, peak memory, and the SHA-256 of the printed program.
No data are read. The graph is the one that every engine is given, after the passes that keep values.

  --print   print the program too, one node a line: %12 = MatMul(%3, %7) {...} : float[32, 64]`;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** How many nodes there are of each operation, the most frequent first. */
function byOperation({ nodes }: Graph): [string, number][] {
  const counts = new Map<string, number>();
  for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function portLines(what: string, { nodes }: Graph, ids: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(ids);
  return [counted(entries.length, what), ...entries.map(([name, id]) => `  ${portText(name, nodes[id]!)}`)];
}

/** What the graph consists of, in lines. */
function summary(graph: Graph): string[] {
  const { nodes, inputs, outputs } = graph;
  const { peak, order, at } = livenessInOrder(graph);
  const widest = nodes[order[at] ?? -1];
  const given = Object.values(inputs).reduce((sum, id) => sum + sizeOf(nodes[id]!.shape), 0);
  const operations = byOperation(graph);
  const width = Math.max(...operations.map(([op]) => op.length));
  return [
    counted(nodes.length, 'node'),
    ...operations.map(([op, count]) => `  ${op.padEnd(width)} ${count}`),
    ...portLines('input', graph, inputs),
    ...portLines('output', graph, outputs),
    `peak memory: ${counted(peak, 'number')} beside ${given} of inputs${widest ? `, at ${nodeText(widest)}` : ''}`,
    `sha256 ${graphDigest(graph)}`,
  ];
}

export async function run(argv: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs('trace', argv, { print: { type: 'boolean' } });
  noMore('trace', positionals, 1);
  const file = positionals[0];
  if (file === undefined) throw new UsageError('trace: give a configuration file (flatcheck trace --help)');
  const config = readConfig(file);
  const model = modelOf(config, imageShape(config.data));
  const graph = graphOf(trainingStepOf(model, config.batchSize));
  console.log(`training step of ${config.objective.name} on batches of ${config.batchSize}`);
  console.log(summary(graph).join('\n'));
  if (values.print) for (const line of ['', ...graphLines(graph)]) console.log(line);
  return EXIT.fine;
}
