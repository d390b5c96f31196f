/** @file What every experiment keeps to, whatever it is about. */
import * as assert from 'uvu/assert';
import type { RunRecord } from '../../src/claims/experiment/model.js';
import type { Computed, Experiment, Scale, Setting } from '../../src/train/experiment/experiment.js';
import { SCALES } from '../../src/train/experiment/experiment.js';
import { planOf } from '../../src/train/experiment/plan.js';

export const settingOf = (experiment: Experiment, scale: Scale, more: Partial<Setting> = {}): Setting => ({
  scale,
  convention: 'paper',
  seeds: experiment.seeds(scale, 'paper'),
  data: undefined,
  engine: 'onnx-cpu',
  ...more,
});

export const completed = (
  plan: { readonly arm: RunRecord['arm']; readonly seed: number },
  computed: Computed,
): RunRecord => ({
  id: `${JSON.stringify(plan.arm)} ${plan.seed}`,
  ...plan,
  status: 'complete',
  ...computed,
});

/**
 * Every scale has runs that differ; without any results there are figures to draw, and no statement is
 * judged.
 */
export function keepsToContract(experiment: Experiment, more: Partial<Setting> = {}): void {
  for (const scale of SCALES) {
    const setting = settingOf(experiment, scale, more);
    const plan = planOf(experiment, setting);
    assert.ok(plan.length > 0, scale);
    const waiting = plan.map(({ arm, seed, id }) => ({
      id,
      arm,
      seed,
      status: 'waiting' as const,
      numbers: {},
      curves: {},
    }));
    for (const runs of [[], waiting]) {
      experiment.figures(runs, setting);
      for (const statement of experiment.statements)
        assert.is(statement.judge(runs).outcome, 'cannot-tell', statement.id);
    }
  }
}
