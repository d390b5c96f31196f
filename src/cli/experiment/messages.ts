/** @file What a child process that does one run tells its launcher. */

export type Message =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  /** Another process has the run. */
  | { readonly kind: 'busy' };

/** Tells the launcher, where there is one. */
export const tell = (message: Message): void => {
  process.send?.(message);
};
