/** @file Experiments as a registry lists them: loaded when they are asked for. */
import type { Experiment } from './experiment.js';

export interface ExperimentEntry {
  readonly name: string;
  /**
   * URL of the module that defines it; a computed run is bound to the digest of all that this module imports.
   */
  readonly module: string;
  load(): Promise<Experiment>;
}
