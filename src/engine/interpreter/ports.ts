/** @file How the numbers of the inputs enter a program. */
import type { Graph } from '../graph/graph.js';
import type { Shape } from '../graph/shapes.js';
import type { Arrays } from '../program.js';

interface Port {
  readonly buffer: Float64Array;
  readonly shape: Shape;
}

/** set() is faster for long arrays only. */
const LONG = 64;

const list = (names: Iterable<string>): string => [...names].map(name => `'${name}'`).join(', ') || 'none';

/** The graph's inputs by name, each with its buffer. */
export class Ports {
  readonly #ports: ReadonlyMap<string, Port>;

  constructor(graph: Graph, bufferOf: (id: number) => Float64Array) {
    const entries = Object.entries(graph.inputs);
    this.#ports = new Map(
      entries.map(([name, id]) => [name, { buffer: bufferOf(id), shape: graph.nodes[id]!.shape }]),
    );
  }

  /**
   * Copies the arrays given into their buffers and returns their names; throws for unknown names and wrong
   * sizes.
   */
  load(inputs: Arrays): string[] {
    const names = Object.keys(inputs);
    for (const name of names) this.#loadOne(name, inputs[name]!);
    return names;
  }

  /** As `load`, and every input must be there. */
  loadAll(inputs: Arrays): void {
    if (this.load(inputs).length === this.#ports.size) return;
    const missing = [...this.#ports.keys()].filter(name => !(name in inputs));
    throw new Error(
      `float64: every input must be given, got none for ${list(missing)} - add it to the inputs`,
    );
  }

  #loadOne(name: string, values: Float64Array): void {
    const port = this.#ports.get(name);
    if (port === undefined)
      throw new Error(
        `float64: '${name}' is no input of this graph, got one - the inputs are ${list(this.#ports.keys())}`,
      );
    const { buffer, shape } = port;
    if (values.length !== buffer.length)
      throw new Error(
        `float64: input '${name}' wants ${buffer.length} numbers (shape [${shape}]), got ` +
          `${values.length} - ` +
          'give one number for each element, row by row',
      );
    if (values.length > LONG) buffer.set(values);
    else for (let i = 0; i < values.length; i++) buffer[i] = values[i]!;
  }
}
