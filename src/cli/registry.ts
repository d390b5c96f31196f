/** @file The claims and experiments that the program knows, from the modules that list them. */
import type { ClaimEntry } from '../claims/registry.js';
import { InputError } from '../formats/input-error.js';
import type { ExperimentEntry } from '../train/experiment/registry.js';

/** What a module that lists claims or experiments exports. */
interface RegistryModule {
  readonly claims?: readonly ClaimEntry[];
  readonly experiments?: readonly ExperimentEntry[];
}

export interface Registry {
  /** URLs of the modules it was read from: other processes read it from there again. */
  readonly modules: readonly string[];
  /** By id, in the order of the modules. */
  readonly claims: ReadonlyMap<string, ClaimEntry>;
  /** By name, in the order of the modules. */
  readonly experiments: ReadonlyMap<string, ExperimentEntry>;
}

function add<Entry extends { readonly module: string }>(
  all: Map<string, Entry>,
  what: string,
  key: string,
  entry: Entry,
): void {
  const other = all.get(key);
  if (other !== undefined)
    throw new InputError(
      `registry: ${what} must be listed once, got '${key}' from ${other.module} and from ${entry.module} - rename one of them`,
    );
  all.set(key, entry);
}

/**
 * Reads the modules of these URLs one after another. @throws InputError where two entries have the same name
 */
export async function loadRegistry(modules: readonly string[]): Promise<Registry> {
  const claims = new Map<string, ClaimEntry>();
  const experiments = new Map<string, ExperimentEntry>();
  for (const url of modules) {
    const module: RegistryModule = await import(url);
    for (const entry of module.claims ?? []) add(claims, 'the id of a claim', entry.id, entry);
    for (const entry of module.experiments ?? [])
      add(experiments, 'the name of an experiment', entry.name, entry);
  }
  return { modules, claims, experiments };
}
