/** @file The experiments by name, each loaded when it is asked for. An experiment is the default export of its file. */
import type { ExperimentEntry } from '../src/train/experiment/registry.js';

const NAMES = [
  'kumar-poole-fig1',
  'kumar-poole-fig3',
  'samba-fig2',
  'samba-fig3',
  'samba-fig4',
  'ujvary-fig1',
  'ujvary-table3',
  'vgr-fig3',
  'vgr-fig4',
];

export const experiments: readonly ExperimentEntry[] = NAMES.map(name => {
  const module = new URL(`${name}.js`, import.meta.url).href;
  return { name, module, load: async () => (await import(module)).default };
});
