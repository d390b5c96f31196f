/**
 * @file Figure 3 of Dai, Wenliang & Wipf 2021: slices through the energy of a one-layer VAE for several
 * gamma.
 */

import type { Curve, Figure, RunRecord, Series } from '../src/claims/experiment/model.js';
import { stream } from '../src/claims/random.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../src/core/objectives/gamma-vae/gamma-vae.js';
import {
  decoderLine,
  minima,
  onSlice,
  rotationSlice,
  type Slice,
  segmentSlice,
} from '../src/studies/slices.js';
import { rotationExcess, segmentEnergy } from '../src/theory/closed/energy-slices.js';
import type { Computed, Experiment, Inputs, Scale } from '../src/train/experiment/experiment.js';
import { everySeed } from './grid.js';
import { numberIn, wordIn } from './inputs.js';
import { fact, runWith, settled } from './settled.js';

const GAMMAS = [1e-3, 1e-2, 1e-1, 1] as const;
const SLICES = ['segment', 'rotation', 'lines'] as const;
type SliceName = (typeof SLICES)[number];

/** Variance of the data along their one direction. */
const LAMBDA = 1;

const POINTS: Readonly<Record<Scale, number>> = { smoke: 120, small: 480, paper: 1920 };
const LINES = 40;

/** From and to; sparse solutions lie at 0 and at 1 (segment) or pi/2 (rotation). */
const RANGES: Readonly<Record<SliceName, readonly [number, number]>> = {
  segment: [-0.25, 1.25],
  rotation: [-Math.PI / 4, (3 * Math.PI) / 4],
  lines: [-4, 4],
};

interface Sampled {
  readonly t: readonly number[];
  readonly values: readonly number[];
  readonly slopes: readonly number[];
}

/** Midpoints, so that neither a sparse solution nor the middle between two is among them. */
function sample(
  rules: GammaVaeRules,
  name: SliceName,
  gamma: number,
  points: number,
  at: (t: number) => Slice,
): Sampled {
  const [from, to] = RANGES[name];
  const t = Array.from({ length: points }, (_, i) => from + ((to - from) * (i + 0.5)) / points);
  const found = t.map(x => onSlice(rules, at(x), LAMBDA, gamma));
  return { t, values: found.map(({ value }) => value), slopes: found.map(({ slope }) => slope) };
}

/** Where the slope first turns from falling to rising: between two of the points, by bisection. */
function firstMinimum({ t, slopes }: Sampled, slopeAt: (t: number) => number): number {
  const i = slopes.findIndex((slope, k) => k > 0 && slope >= 0 && slopes[k - 1]! < 0);
  let [low, high] = [t[i - 1]!, t[i]!];
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function slice(rules: GammaVaeRules, name: 'segment' | 'rotation', gamma: number, points: number): Computed {
  const at = name === 'segment' ? segmentSlice : rotationSlice;
  const sampled = sample(rules, name, gamma, points, t => at(LAMBDA, t));
  const on = (t: number) => onSlice(rules, at(LAMBDA, t), LAMBDA, gamma);
  const middle = name === 'segment' ? 0.5 : Math.PI / 4;
  const sparse = on(0).value;
  return {
    numbers: {
      minima: minima(sampled.slopes),
      barrier: on(middle).value - sparse,
      steepest: Math.max(...sampled.slopes.map(Math.abs)),
      offset: Math.abs(firstMinimum(sampled, t => on(t).slope)),
    },
    curves: { energy: sampled.t.map((t, i) => [t, sampled.values[i]! - sparse] as const) },
  };
}

/**
 * Straight lines in the decoder's weights through the sparse optimum, in random directions; the first one is
 * the curve.
 */
function lines(rules: GammaVaeRules, gamma: number, points: number, seed: number): Computed {
  const random = stream(seed, 'lines');
  const sampled = Array.from({ length: LINES }, () => {
    const [a, b] = [random.normal(), random.normal()];
    const length = Math.hypot(a, b);
    const direction = [a / length, b / length];
    return sample(rules, 'lines', gamma, points, t => decoderLine(LAMBDA, gamma, direction, t));
  });
  const first = sampled[0]!;
  const least = Math.min(...first.values);
  return {
    numbers: {
      minima: Math.max(...sampled.map(({ slopes }) => minima(slopes))),
      steepest: Math.max(...sampled.flatMap(({ slopes }) => slopes.map(Math.abs))),
    },
    curves: { energy: first.t.map((t, i) => [t, first.values[i]! - least] as const) },
  };
}

export function compute(inputs: Inputs, seed: number, rules: GammaVaeRules = GAMMA_VAE_RULES): Computed {
  const [name, gamma, points] = [
    wordIn(inputs, 'slice', SLICES),
    numberIn(inputs, 'gamma'),
    numberIn(inputs, 'points'),
  ];
  return name === 'lines' ? lines(rules, gamma, points, seed) : slice(rules, name, gamma, points);
}

const TITLES: Readonly<Record<SliceName, string>> = {
  segment: 'Energy between two sparse solutions that exchange their latents',
  rotation: 'Energy as the two latents are turned',
  lines: 'Energy on a straight line in the decoder\u2019s weights, in a random direction',
};

const THEORY = { segment: segmentEnergy, rotation: rotationExcess };

/** The closed form, above its value at the sparse solution. */
function theory(name: 'segment' | 'rotation', gamma: number, curve: Curve): Series {
  const energy = THEORY[name];
  return {
    name: `closed form, gamma ${gamma}`,
    origin: 'theory',
    joined: true,
    points: curve.map(([t]) => ({ x: t, y: energy(t, LAMBDA, gamma) - energy(0, LAMBDA, gamma) })),
  };
}

const NOTES: Readonly<Record<SliceName, string>> = {
  segment:
    'One direction of data of variance 1, two latents, variances at their best for every t. No chance is involved.',
  rotation:
    'One direction of data of variance 1, two latents, variances at their best for every t. No chance is involved.',
  lines:
    'The line passes through the sparse optimum at t = 0; codes held fixed. The first of 40 random directions.',
};

function figure(
  name: SliceName,
  gammas: readonly number[],
  runs: readonly RunRecord[],
  id: string = name,
): Figure {
  const series = gammas.flatMap((gamma): Series[] => {
    const curve = runWith(runs, { slice: name, gamma })?.curves.energy;
    if (curve === undefined) return [];
    const points = curve.map(([x, y]) => ({ x, y }));
    const ours: Series = { name: `gamma ${gamma}`, origin: 'ours', joined: true, points };
    return name === 'lines' ? [ours] : [ours, theory(name, gamma, curve)];
  });
  const above = name === 'lines' ? 'its least value' : 'that at t = 0';
  return {
    id: `energy-${id}`,
    title: gammas.length === 1 ? `${TITLES[name]}, gamma ${gammas[0]}` : TITLES[name],
    x: { label: name === 'rotation' ? 'angle t' : 'position t', scale: 'linear' },
    y: { label: `energy above ${above} (nats)`, scale: 'linear' },
    series,
    note: NOTES[name],
  };
}

/** Between sparse solutions each gamma has a figure of its own: their scales differ by a thousand. */
const figures = (runs: readonly RunRecord[]): Figure[] => [
  ...GAMMAS.map(gamma => figure('segment', [gamma], runs, `segment-1e${Math.round(Math.log10(gamma))}`)),
  figure('rotation', GAMMAS, runs),
  figure('lines', GAMMAS, runs),
];

const of = (runs: readonly RunRecord[], slice: SliceName, gamma: number, quantity: string) =>
  [`gamma ${gamma}`, runWith(runs, { slice, gamma })?.numbers[quantity]] as const;

const fig3: Experiment = {
  name: 'vgr-fig3',
  source: 'Dai, Wenliang & Wipf 2021, section 4, figure 3',
  says: 'Slices through the energy of a one-layer VAE: smooth for a large decoder variance gamma, with separate minima at sparse solutions for a small one.',
  data: 'none',
  doubles: true,
  conventions: ['paper'],
  seeds: () => [1],
  plan: ({ scale, seeds }) =>
    everySeed(
      SLICES.flatMap(slice => GAMMAS.map(gamma => ({ slice, gamma }))),
      seeds,
      arm => ({ kind: 'compute', inputs: { ...arm, points: POINTS[scale] } }),
    ),
  compute: (inputs, { seed }) => Promise.resolve(compute(inputs, seed)),
  quantities: {
    minima: {
      label: 'minima on the slice',
      says: 'How often the slope turns from falling to rising; of the lines, the most over 40 directions.',
      scale: 'linear',
    },
    barrier: {
      label: 'barrier (nats)',
      says: 'Energy half way between the two sparse solutions above that of one (VGR-14).',
      scale: 'linear',
    },
    steepest: { label: 'largest slope', says: 'The largest |dE/dt| on the slice.', scale: 'log' },
    offset: {
      label: 'distance of the minimum from the sparse solution',
      says: '|t| of the first minimum: 0.4 gamma to first order on the segment (VGR-14).',
      scale: 'log',
    },
  },
  figures: runs => figures(runs),
  statements: [
    {
      id: 'smooth',
      says: 'For large gamma the energy is smooth: the segment has a single minimum at gamma = 1.',
      source: 'section 4',
      judge: runs => settled([fact('one minimum', [of(runs, 'segment', 1, 'minima')], count => count === 1)]),
    },
    {
      id: 'disconnected',
      says: 'As gamma falls, separate minima appear, the barrier between them growing.',
      source: 'section 4, figure 3',
      judge: runs =>
        settled([
          ...[0.001, 0.01, 0.1].map(gamma =>
            fact('two minima', [of(runs, 'segment', gamma, 'minima')], count => count === 2),
          ),
          fact(
            'growing barrier',
            GAMMAS.toReversed().map(gamma => of(runs, 'rotation', gamma, 'barrier')),
            (...heights) => heights.every((height, i) => i === 0 || height > heights[i - 1]!),
          ),
        ]),
    },
    {
      id: 'aligned',
      says: 'The minima approach the sparse solutions, linearly in gamma.',
      source: 'section 4; VGR-14',
      judge: runs =>
        settled(
          [0.001, 0.01].map(gamma =>
            fact(
              'distance within 5 % of 0.4 gamma',
              [of(runs, 'segment', gamma, 'offset')],
              distance => Math.abs(distance / (0.4 * gamma) - 1) < 0.05,
            ),
          ),
        ),
    },
    {
      id: 'slice-specific',
      says: 'Corrected: the picture belongs to slices that join sparse solutions; on random lines through one there is a single minimum at every gamma.',
      source: 'VGR-14',
      judge: runs =>
        settled(
          GAMMAS.map(gamma =>
            fact('one minimum', [of(runs, 'lines', gamma, 'minima')], count => count === 1),
          ),
        ),
    },
  ],
};

export default fig3;
