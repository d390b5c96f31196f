/**
 * @file Collecting garbage where it would pile up: each mistake traces and compiles a graph that is dropped at once, and V8 lets
 * a hundred megabytes of them gather before it looks.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Heap and arrays at which it pays: what the loaded program itself takes is some 45 MB of it. */
const ENOUGH = 64 * 2 ** 20;

/** Frees what nobody holds, when much has been taken. */
export function collectGarbage(): void {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  if (heapUsed + arrayBuffers < ENOUGH) return;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
