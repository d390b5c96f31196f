/**
 * @file The accuracies that Ujváry et al. 2022 published; their spreads are partly unreadable in the text at
 * hand and left out.
 */
import type { Published } from '../../src/claims/experiment/model.js';
import type { Scale } from '../../src/train/experiment/experiment.js';
import type { DataName, Method } from './methods.js';

const MEANS: readonly (readonly [DataName, string, Readonly<Partial<Record<Method, number>>>])[] = [
  [
    'cifar10',
    '28-2',
    { sgd: 95.9, sam: 96.1, vsam: 94.18, 'random-sam': 96.08, asam: 96.17, 'fisher-sam': 96.23 },
  ],
  ['cifar10', '28-10', { sgd: 96.97, sam: 97.2, vsam: 96.95, 'random-sam': 97.11 }],
  ['cifar100', '28-2', { sgd: 74.32, sam: 76.25, vsam: 74.74, 'random-sam': 75.78, 'fisher-sam': 76.54 }],
  ['cifar100', '28-10', { sgd: 80.23, sam: 83.26, vsam: 81.72, 'random-sam': 80.58 }],
];

/** Comparable with runs of the paper's networks only. */
export const publishedAccuracies = (scale: Scale): Published[] =>
  scale === 'paper'
    ? MEANS.flatMap(([data, network, means]) =>
        Object.entries(means).map(([method, value]) => ({
          arm: { method, network, data },
          quantity: 'accuracy',
          values: [value],
          source: 'Ujváry et al. 2022, tables 3 and 4 (mean)',
        })),
      )
    : [];
