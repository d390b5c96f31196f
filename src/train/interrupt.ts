/** @file Turning the first interruption of the process into a request to stop in order. */

/**
 * Aborted by the first SIGINT or SIGTERM; a second one ends the process as usual. Call `dispose` when done.
 */
export function interruption(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const dispose = (): void => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
  };
  const stop = (): void => {
    dispose();
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop);
  return { signal: controller.signal, dispose };
}
