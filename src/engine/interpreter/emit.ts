/** @file Source text of all loops of a plan; made of numbers and names of our own only. */
import { type Load, loopSource } from './loops.js';
import type { Memory } from './memory.js';
import type { LoopStep, Operand, Plan } from './plan.js';
import { expressionOf, literal, SCALAR_LIBRARY } from './scalar.js';

/**
 * The body of a function of (buffers, library) that returns one function for each loop step. Local names
 * count from the loop's first value, so that equal programs have equal text whatever the ids of their nodes.
 */
export function emit({ steps }: Plan, { slots, sizes }: Memory): string {
  const used = new Set<number>();
  const bufferName = (id: number): string => {
    const slot = slots.get(id)!;
    used.add(slot);
    return `b${slot}`;
  };
  const loops = steps
    .filter(step => step.kind === 'loop')
    .map(step => `() => {\n${emitLoop(step, bufferName)}\n}`);
  const buffers = sizes.flatMap((_, slot) => (used.has(slot) ? [`const b${slot} = buffers[${slot}];`] : []));
  const library = `const { ${Object.keys(SCALAR_LIBRARY).join(', ')} } = library;`;
  return ["'use strict';", library, ...buffers, `return [${loops.join(',\n')}];`].join('\n');
}

function emitLoop(step: LoopStep, bufferName: (id: number) => string): string {
  const loads = new Map<string, Load>();
  const names = new Map(step.members.map(({ id }, i) => [id, `v${i}`]));
  const operand = (o: Operand): string => {
    if (o.kind === 'local') return names.get(o.id)!;
    if (o.kind === 'number') return literal(o.value);
    const { base, offset, strides } = o.view;
    const key = `${base}|${offset}|${strides}`;
    const load = loads.get(key) ?? { local: `x${loads.size}`, buffer: bufferName(base), offset, strides };
    loads.set(key, load);
    return load.local;
  };
  const body = step.members.map(({ id, node, operands }) => {
    const args = operands.map(operand);
    return `const ${names.get(id)} = ${node ? expressionOf(node, args) : args[0]};`;
  });
  const stores = step.writes.map(id => ({ buffer: bufferName(id), local: names.get(id)! }));
  return loopSource({ shape: step.shape, loads: [...loads.values()], body, stores });
}
