/** @file A check that is an experiment under `flatcheck verify --deep` and something short otherwise. */
import type { Check } from '../src/claims/claim.js';

/** The effort of --deep. */
const DEEP = 4;

/** Runs `deep`, once whatever the effort, from an effort of four on; `short` below that. */
export const byEffort = <Subject>(short: Check<Subject>, deep: Check<Subject>): Check<Subject> => ({
  kind: deep.kind,
  says: `${short.says}; with --deep: ${deep.says}`,
  run(name, subject, options) {
    if (options.effort < DEEP) return { ...short.run(name, subject, options), says: this.says };
    return { ...deep.run(name, subject, { ...options, effort: 1, runs: 1 }), says: this.says };
  },
});
