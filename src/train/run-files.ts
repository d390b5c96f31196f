/** @file Names of files in the folder of a run. */
export const RUN_FILES = {
  config: 'config.json',
  provenance: 'provenance.json',
  metrics: 'metrics.jsonl',
  checkpoint: 'checkpoint.safetensors',
  result: 'result.json',
  /** Of training runs: what is measured once of the trained network; the last file to be written. */
  final: 'final.json',
  /** Of training runs: records, their reconstructions, samples. */
  images: 'images.safetensors',
  /** Of training runs: how long a step took. */
  timing: 'timing.json',
} as const;
