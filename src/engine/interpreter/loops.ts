/** @file Source text of one fused loop over the elements of a shape. */
import { stridesOf } from '../graph/shapes.js';

/** A read of a buffer that varies along some dimensions of the loop. */
export interface Load {
  /** Name of the local that holds the element. */
  readonly local: string;
  /** Name of the buffer. */
  readonly buffer: string;
  readonly offset: number;
  /** Along each dimension of the loop. */
  readonly strides: readonly number[];
}

export interface Loop {
  readonly shape: readonly number[];
  readonly loads: readonly Load[];
  /** Statements for one element; loads are in scope. */
  readonly body: readonly string[];
  /** Stores of locals to the current element of buffers in row-major order. */
  readonly stores: readonly { readonly buffer: string; readonly local: string }[];
}

/** Merges neighbouring dimensions that every stride list walks as one. */
function collapse(
  shape: readonly number[],
  lists: readonly (readonly number[])[],
): { shape: number[]; lists: number[][] } {
  const dims: number[] = [];
  const merged: number[][] = lists.map(() => []);
  shape.forEach((size, i) => {
    const last = dims.length - 1;
    const joins = last >= 0 && lists.every((list, l) => merged[l]![last] === list[i]! * size);
    if (joins) dims[last]! *= size;
    else dims.push(size);
    lists.forEach((list, l) => {
      merged[l]![joins ? last : dims.length - 1] = list[i]!;
    });
  });
  return { shape: dims, lists: merged };
}

/** `start + index * stride` without the parts that vanish. */
function index(start: string, variable: string, stride: number): string {
  if (stride === 0) return start;
  const product = stride === 1 ? variable : `${variable} * ${stride}`;
  return start === '0' ? product : `${start} + ${product}`;
}

/**
 * Nested loops with every load at the outermost depth where it is known. Dimensions of size 1 must have been
 * dropped; a shape without dimensions gives straight-line code.
 */
export function loopSource(loop: Loop): string {
  const dense = stridesOf(loop.shape);
  const { shape, lists } = collapse(loop.shape, [dense, ...loop.loads.map(load => load.strides)]);
  const depth = shape.length;
  const cursors = [
    { strides: lists[0]!, offset: 0 },
    ...loop.loads.map((load, l) => ({ strides: lists[l + 1]!, offset: load.offset })),
  ];
  const innermost = cursors.map(({ strides }) =>
    strides.reduce((deepest, s, d) => (s === 0 ? deepest : d + 1), 0),
  );
  const at = cursors.map(({ offset }) => String(offset));
  const lines: string[] = [];
  const open = (d: number): void => {
    lines.push(`for (let i${d} = 0; i${d} < ${shape[d - 1]}; i${d}++) {`);
    cursors.forEach(({ strides }, c) => {
      if (strides[d - 1] === 0) return;
      at[c] = index(at[c]!, `i${d}`, strides[d - 1]!);
      if (innermost[c] === d) return;
      lines.push(`const p${c}_${d} = ${at[c]};`);
      at[c] = `p${c}_${d}`;
    });
  };
  for (let d = 0; d <= depth; d++) {
    if (d > 0) open(d);
    loop.loads.forEach((load, l) => {
      if (innermost[l + 1] === d) lines.push(`const ${load.local} = ${load.buffer}[${at[l + 1]}];`);
    });
  }
  lines.push(...loop.body);
  for (const store of loop.stores) lines.push(`${store.buffer}[${at[0]}] = ${store.local};`);
  lines.push('}'.repeat(depth));
  return lines.join('\n');
}
