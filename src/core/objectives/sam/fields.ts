/** @file The hyper-parameters of the SAM family. */
import type { Field } from '../fields.js';

export const RHO = { kind: 'weight', says: 'radius of the step' } as const satisfies Field;

export const ETA = {
  kind: 'nonNegative',
  says: 'what is added to the metric',
  misread: { etaUnused: { says: 'eta unused', to: 0 } },
} as const satisfies Field;
