/** @file The runs of a grid. */
import type { Arm } from '../src/claims/experiment/model.js';
import type { RunPlan } from '../src/train/experiment/experiment.js';

/** Every arm with every seed, the seeds of an arm beside each other. */
export const everySeed = <A extends Arm>(
  arms: readonly A[],
  seeds: readonly number[],
  jobOf: (arm: A, seed: number) => RunPlan['job'],
): RunPlan[] => arms.flatMap(arm => seeds.map(seed => ({ arm, seed, job: jobOf(arm, seed) })));
