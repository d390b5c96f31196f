/**
 * @file The experiments by name, each loaded when it is asked for. An experiment is the default export of its
 * file.
 */
import type { Experiment } from '../src/train/experiment/experiment.js';
import type { ExperimentEntry } from '../src/train/experiment/registry.js';

type Load = () => Promise<{ readonly default: Experiment }>;

const EXPERIMENTS = {
  'kumar-poole-fig1': () => import('./kumar-poole-fig1.js'),
  'kumar-poole-fig3': () => import('./kumar-poole-fig3.js'),
  'samba-fig2': () => import('./samba-fig2.js'),
  'samba-fig3': () => import('./samba-fig3.js'),
  'samba-fig4': () => import('./samba-fig4.js'),
  'ujvary-fig1': () => import('./ujvary-fig1.js'),
  'ujvary-table3': () => import('./ujvary-table3.js'),
  'vgr-fig3': () => import('./vgr-fig3.js'),
  'vgr-fig4': () => import('./vgr-fig4.js'),
} satisfies Record<string, Load>;

export const experiments: readonly ExperimentEntry[] = Object.entries(EXPERIMENTS).map(([name, load]) => ({
  name,
  module: new URL(`${name}.js`, import.meta.url).href,
  load: async () => (await load()).default,
}));
