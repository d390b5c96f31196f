/** @file Curves that were run already: a bench of an hour can be stopped, and goes on by the same command. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../src/formats/atomic.js';
import type { Curves } from './print.js';
import type { Setting } from './runs.js';

const nameOf = ({ objective, activation, width, batch, steps, seed }: Setting): string =>
  `${objective}-${activation}-width${width}-batch${batch}-steps${steps}-seed${seed}.json`;

/** The curves of a setting, run unless they lie in the folder; null where `run` has none. */
export async function kept(
  folder: string | undefined,
  setting: Setting,
  run: (setting: Setting) => Promise<Curves | null>,
): Promise<Curves | null> {
  if (folder === undefined) return run(setting);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, nameOf(setting));
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Curves;
  const curves = await run(setting);
  if (curves !== null) writeAtomic('curves', path, JSON.stringify(curves));
  return curves;
}
