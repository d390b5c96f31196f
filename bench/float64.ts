/** @file Evaluations a second of the float64 engine. */
import { compileFloat64 } from '../src/engine/float64/compile.js';
import { type Graph, sizeOf } from '../src/engine/graph/graph.js';
import { optimise } from '../src/engine/passes/optimise.js';
import type { Arrays } from '../src/engine/program.js';
import { sambaGraph } from './samba-graph.js';

const inputsOf = (graph: Graph): Arrays =>
  Object.fromEntries(
    Object.entries(graph.inputs).map(([name, id]) => [
      name,
      Float64Array.from(
        { length: sizeOf(graph.nodes[id]!.shape) },
        (_, i) => Math.sin(i * 12.9898 + id) * 0.5,
      ),
    ]),
  );

/**
 * Calls per second of processor time, warmed up, median of several spells; other work on the machine does not
 * count.
 */
function rate(call: () => void): number {
  const spell = (seconds: number): number => {
    const start = process.cpuUsage();
    const used = (): number => {
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
    let calls = 0;
    while (used() < seconds) for (let i = 0; i < 256; i++, calls++) call();
    return calls / used();
  };
  spell(0.5);
  return Array.from({ length: 5 }, () => spell(0.3)).sort((a, b) => a - b)[2]!;
}

export function float64(): void {
  const graph = sambaGraph();
  const inputs = inputsOf(graph);
  const program = compileFloat64(graph, { borrow: true });
  const copying = compileFloat64(graph);
  const rho = { rho: Float64Array.of(0.1) };
  program.run(inputs);
  console.log(
    `float64: SAMBA gradient, ${graph.nodes.length} nodes traced, ${optimise(graph).nodes.length} ` +
      'after passes',
  );
  console.log(`  run, lent results    ${Math.round(rate(() => program.run(inputs)))} a second`);
  console.log(`  run, copied results  ${Math.round(rate(() => copying.run(inputs)))} a second`);
  console.log(`  update of rho        ${Math.round(rate(() => program.update(rho)))} a second`);
}
