/** @file Training runs that cost the same, and the data that they are planned for. */
import type { Images } from '../../formats/images.js';
import type { TrainConfig } from '../../train/config.js';
import type { PlannedRun } from '../../train/experiment/plan.js';

/** Records and shapes of the whole data sets: what a plan is made for. */
const WHOLE = {
  cifar10: { records: 50_000, shape: [32, 32, 3] },
  cifar100: { records: 50_000, shape: [32, 32, 3] },
  mnist: { records: 60_000, shape: [28, 28, 1] },
} as const;

interface Records {
  readonly records: number;
  readonly shape: Images['shape'];
}

export const recordsOf = ({ data }: TrainConfig): Records =>
  data.kind === 'generated' ? { records: data.count, shape: [data.size, data.size, 3] } : WHOLE[data.kind];

/** Runs with the same objective and network. */
export interface Kind {
  readonly config: TrainConfig;
  readonly runs: PlannedRun[];
}

export function kindsOf(plan: readonly PlannedRun[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const run of plan) {
    if (run.job.kind !== 'train') continue;
    const { config } = run.job;
    const { objective, net, batchSize, length, validation } = config;
    const key = JSON.stringify([objective.name, net, batchSize, length, validation]);
    const kind = kinds.get(key) ?? { config, runs: [] };
    kind.runs.push(run);
    kinds.set(key, kind);
  }
  return [...kinds.values()];
}
