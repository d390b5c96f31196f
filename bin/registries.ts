/** @file The registries of this package: what its program knows to verify and to run. */
export const REGISTRIES: readonly string[] = ['../properties/registry.js', '../experiments/registry.js'].map(
  path => new URL(path, import.meta.url).href,
);
