/** @file Which engine computes training steps fastest on this machine, and why that one. */
import type { EngineName } from './engines/measure.js';
import { type EngineStatus, engineStatus } from './engines.js';

export interface FastestEngine {
  readonly engine: EngineName;
  /** One line: the speeds measured, and what is not here or not precise enough. */
  readonly why: string;
}

const FALLBACK = 'onnx-cpu';
/** In the order that is asked; one at a time, so that they do not take each other's time. */
const CANDIDATES: readonly EngineName[] = ['cuda', 'webgpu', 'tfjs-node-gpu', FALLBACK];

/** What single precision does to the reference graph; TF32, with ten bits, does a hundred times that. */
const PRECISE = 1e-5;
/**
 * Other engines must be faster than the CPU by this much: its bits are the same everywhere with the same
 * threads.
 */
const CLEARLY = 1.25;

/** The fastest of the engines given that are precise; `onnx-cpu` unless another is clearly faster. */
export function fastestOf(all: readonly EngineStatus[]): FastestEngine {
  const timeOf = (status: EngineStatus): number =>
    status.available && status.precision <= PRECISE && status.milliseconds !== undefined
      ? status.milliseconds * (status.name === FALLBACK ? 1 : CLEARLY)
      : Number.POSITIVE_INFINITY;
  const [first] = all.toSorted((a, b) => timeOf(a) - timeOf(b));
  const engine = first !== undefined && timeOf(first) < Number.POSITIVE_INFINITY ? first.name : FALLBACK;
  return { engine, why: all.map(describe).join(', ') };
}

function describe(status: EngineStatus): string {
  if (!status.available) return `${status.name} is absent (${status.why})`;
  const { name, precision, milliseconds } = status;
  if (precision > PRECISE) return `${name} is imprecise (${precision.toExponential(1)})`;
  return `${name} takes ${milliseconds?.toPrecision(3) ?? '?'} ms for a reference step`;
}

/** Measures the engines that could be the fastest, and picks. */
export async function fastestEngine(): Promise<FastestEngine> {
  const all: EngineStatus[] = [];
  for (const name of CANDIDATES) all.push(await engineStatus(name));
  return fastestOf(all);
}
