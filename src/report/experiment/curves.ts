/**
 * @file Quantities on the way: one thin line a run, the mean of an arm emphasised; training beside
 * validation.
 */

import type { Curve, ExperimentResult, RunRecord, Series } from '../../claims/experiment/model.js';
import { armKey, armLabel, armsOf } from '../../claims/experiment/summary.js';
import { type Drawing, type Look, pairs } from '../plot/drawing.js';

/** The loss of the training batches, as the records of runs name it, and the quantity it belongs to. */
const TRAINING = 'trainingLoss';
const VALIDATION = 'loss';

const series = (name: string, curve: Curve): Series => ({
  name,
  points: curve.map(([x, y]) => ({ x, y })),
  origin: 'ours',
  joined: true,
});

/** Means over the runs at the steps that all of them have. */
export function meanCurve(curves: readonly Curve[]): Curve {
  const [first, ...others] = curves.map(curve => new Map(curve));
  if (first === undefined) return [];
  return [...first]
    .filter(([x]) => others.every(other => other.has(x)))
    .map(([x, y]) => [x, others.reduce((sum, other) => sum + other.get(x)!, y) / curves.length] as const);
}

interface Kind {
  readonly curve: string;
  readonly dash: string;
  /** Its own entry in the legend, where there is more than one kind. */
  readonly words?: string;
}

const EMPTY: Series = { name: '', points: [], origin: 'ours', joined: true };

/** The lines of some arms: thin ones below, means above, then a key to the kinds of lines. */
function looks(runs: readonly RunRecord[], kinds: readonly Kind[]): Look[] {
  const arms = armsOf(runs);
  const style = pairs(arms.map(armLabel));
  const thin: Look[] = [];
  const means: Look[] = [];
  for (const arm of arms) {
    const name = armLabel(arm);
    const mine = runs.filter(run => armKey(run.arm) === armKey(arm));
    for (const { curve, dash } of kinds) {
      const curves = mine.map(run => run.curves[curve] ?? []).filter(found => found.length > 0);
      if (curves.length === 0) continue;
      const look = { colour: style(name).colour, marker: 'none', filled: true, dash } as const;
      if (curves.length > 1)
        thin.push(...curves.map(one => ({ ...look, series: series(name, one), width: 0.7, opacity: 0.4 })));
      const entry = curve === kinds[0]!.curve ? { entry: name } : {};
      means.push({ ...look, series: series(name, meanCurve(curves)), width: 2, opacity: 1, ...entry });
    }
  }
  const keys = kinds.flatMap(({ dash, words }): Look[] =>
    words === undefined
      ? []
      : [
          {
            series: EMPTY,
            colour: '#7a7a7a',
            marker: 'none',
            filled: true,
            dash,
            width: 2,
            opacity: 1,
            entry: words,
          },
        ],
  );
  return [...thin, ...means, ...keys];
}

/** More arms than this are drawn apart, by the first entry of their arms. */
const TOGETHER = 6;

function panels(
  runs: readonly RunRecord[],
): readonly (readonly [name: string, runs: readonly RunRecord[]])[] {
  if (armsOf(runs).length <= TOGETHER) return [['', runs]];
  const first = ({ arm }: RunRecord): string => String(Object.values(arm)[0] ?? '');
  const names = [...new Set(runs.map(first))];
  return names.map(name => [name, runs.filter(run => first(run) === name)]);
}

/** Losses above all span orders of magnitude while they fall. */
function scaleFor(all: readonly Look[], wanted: 'linear' | 'log'): 'linear' | 'log' {
  const values = all.flatMap(look => look.series.points.map(({ y }) => y)).filter(Number.isFinite);
  const positive = values.length > 0 && values.every(value => value > 0);
  if (wanted === 'log' || !positive) return wanted;
  return Math.max(...values) / Math.min(...values) > 30 ? 'log' : 'linear';
}

const fileName = (text: string): string => text.replace(/[^A-Za-z0-9]+/g, '-');

/**
 * Pictures of every quantity that has curves, training loss beside validation loss; each with the name of its
 * file.
 */
export function curveDrawings({ runs, quantities }: ExperimentResult): (Drawing & { readonly id: string })[] {
  const names = [...new Set(runs.flatMap(run => Object.keys(run.curves)))];
  const both = names.includes(TRAINING) && names.includes(VALIDATION);
  return Object.entries(quantities)
    .filter(([name]) => names.includes(name) && !(both && name === TRAINING))
    .flatMap(([name, quantity]) => {
      const isLoss = both && name === VALIDATION;
      const kinds: Kind[] = isLoss
        ? [
            { curve: name, dash: '', words: 'validation' },
            { curve: TRAINING, dash: '2 2', words: 'training' },
          ]
        : [{ curve: name, dash: '' }];
      const label = isLoss ? 'loss' : quantity.label;
      return panels(runs).flatMap(([panel, some]) => {
        const all = looks(some, kinds);
        if (all.every(look => look.series.points.length < 2)) return [];
        return {
          id: ['curve', name, panel]
            .filter(part => part !== '')
            .map(fileName)
            .join('-'),
          title: `While training${panel === '' ? '' : `, ${panel}`}: ${label}`,
          x: { label: 'training step', scale: 'linear' as const },
          y: { label, scale: scaleFor(all, quantity.scale) },
          looks: all,
          note: 'Thick: mean over the runs of an arm; thin: each run.',
        };
      });
    });
}
