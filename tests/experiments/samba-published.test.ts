/** The authors' published runs, judged by the same statements as ours: SAMBA-30 says what must come out. */
import * as assert from 'uvu/assert';
import { publishedRecords } from '../../experiments/samba/published.js';
import { FIGURE_2, FIGURE_3, FIGURE_4 } from '../../experiments/samba/statements.js';
import type { RunRecord, Statement } from '../../src/claims/experiment/model.js';
import { valuesOf } from '../../src/claims/experiment/summary.js';
import { welch } from '../../src/claims/experiment/welch.js';
import { suite } from '../harness.js';

const test = suite('samba: published runs');

const figure2 = publishedRecords(['vae', 'samba']);
const figure3 = publishedRecords(['rae', 'samba']);
const figure4 = publishedRecords(['vae', 'samba'], true);

const judged = (statements: readonly Statement[], runs: readonly RunRecord[]): Record<string, string> =>
  Object.fromEntries(statements.map(({ id, judge }) => [id, judge(runs).outcome]));

test('the runs are the published ones', () => {
  assert.is(figure2.length, 36);
  assert.is(figure3.length, 17 + 19);
  assert.is(figure4.length, 20);
});

test('figure 2: smoother in the sum of the evidence, not at 1e-6; the price is not insignificant at 1e-2', () => {
  assert.equal(judged(FIGURE_2, figure2), {
    // -0.057 decades at 1e-6 is not significant with four runs each
    'smoother-than-vae-as-plotted': 'cannot-tell',
    'smoother-than-vae-invariant': 'cannot-tell',
    // nobody logged the decoder's Jacobian
    'smoother-than-vae-jacobian': 'cannot-tell',
    'insignificant-loss': 'contradicted',
    'insignificant-error': 'contradicted',
  });
});

test('figure 3: smoother than the RAE as plotted, the other way round when corrected for the scale of the codes', () => {
  const outcomes = judged(FIGURE_3, figure3);
  assert.is(outcomes['smoother-than-rae-as-plotted'], 'supported');
  assert.is(outcomes['smoother-than-rae-invariant'], 'contradicted');
  assert.is(outcomes['alpha-smooths-rae-as-plotted'], 'supported');
  // -4.83 at 1e-2, -4.71 at 1
  assert.is.not(outcomes['alpha-smooths-samba-as-plotted'], 'supported');
  // the deviations are smaller at three alphas, larger at 1e-2
  assert.is.not(outcomes['steadier-reconstruction'], 'supported');
});

test('figure 4: the loss with a learned variance is one and a half times the VAE’s', () => {
  const outcomes = judged(FIGURE_4, figure4);
  assert.is(outcomes['learned-comparable-loss'], 'contradicted');
  assert.is(outcomes['learned-comparable-smoothness-invariant'], 'cannot-tell');
});

/** Differences of mean log10 and Welch's t of SAMBA-30, to the digits that are printed there. */
const TABLE = [
  [1e-6, -0.057, -1.2],
  [1e-4, -0.214, -5.1],
  [1e-2, -0.763, -12.7],
  [1, 0.15, undefined],
] as const;

test('the t values of SAMBA-30', () => {
  for (const [alpha2, difference, t] of TABLE) {
    const of = (model: string): number[] =>
      valuesOf(figure2, { model, alpha2 }, 'plottedSmoothness').map(Math.log10);
    const found = welch(of('samba'), of('vae'));
    assert.ok(
      Math.abs(found.difference - difference) < 6e-4 + (alpha2 === 1 ? 5e-3 : 0),
      `${found.difference}`,
    );
    if (t === undefined) continue;
    const [a, b] = [of('samba'), of('vae')];
    const variance = (values: readonly number[]): number => {
      const centre = values.reduce((x, y) => x + y) / values.length;
      return values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1) / values.length;
    };
    assert.ok(Math.abs(found.difference / Math.sqrt(variance(a) + variance(b)) - t) < 0.06, `t at ${alpha2}`);
  }
});

test('the means of SAMBA-30, as plotted and times rms(mu)', () => {
  const mean = (model: string, alpha2: number, quantity: string): number => {
    const values = valuesOf(figure3, { model, alpha2 }, quantity).map(Math.log10);
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  const rows = [
    ['plottedSmoothness', 'samba', [-3.95, -4.15, -4.83, -4.71]],
    ['plottedSmoothness', 'rae', [-2.61, -2.79, -3.47, -4.11]],
    ['plottedInvariant', 'samba', [-4.46, -4.64, -5.33, -5.34]],
    ['plottedInvariant', 'rae', [-4.9, -5.01, -5.63, -6.09]],
  ] as const;
  for (const [quantity, model, expected] of rows)
    [1e-6, 1e-4, 1e-2, 1].forEach((alpha2, i) => {
      const found = mean(model, alpha2, quantity);
      assert.ok(Math.abs(found - expected[i]!) < 0.006, `${quantity} of ${model} at ${alpha2}: ${found}`);
    });
});

test('a statement that is turned round is judged the other way', () => {
  const swapped = figure3.map(run => ({
    ...run,
    arm: { ...run.arm, model: run.arm.model === 'rae' ? 'samba' : 'rae' },
  }));
  const outcomes = judged(FIGURE_3, swapped);
  assert.is(outcomes['smoother-than-rae-as-plotted'], 'contradicted');
  assert.is(outcomes['smoother-than-rae-invariant'], 'supported');
});

test.run();
