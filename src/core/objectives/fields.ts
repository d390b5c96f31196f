/**
 * @file Hyper-parameters as data: what configurations, vectors, schemas and documents know of them is read
 * from here.
 */
import type { Reconstruction, Scalar, Variance } from './objective.js';

/** How a reader of the formula may mistake a number: for another, or for a power or a multiple of it. */
export type Misreading = { readonly says: string } & (
  | { readonly to: number }
  | { readonly power: number }
  | { readonly times: number }
);

interface NumberField {
  /**
   * A weight is not negative where one trains, and any number in a vector, which asks for the formula alone.
   */
  readonly kind: 'weight' | 'nonNegative' | 'positive' | 'count';
  /** By the name of the mistake. */
  readonly misread?: Readonly<Record<string, Misreading>>;
}

interface ChoiceField {
  readonly kind: 'oneOf';
  readonly choices: readonly number[];
}

/** `variance` is `"learned"` or `{"fixed": alpha^2}`; `learned` is the former alone. */
interface NamedField {
  readonly kind: 'reconstruction' | 'variance' | 'learned';
}

/** What a hyper-parameter may be, and what it means. */
export type Field = { readonly says: string } & (NumberField | ChoiceField | NamedField);

/** Hyper-parameters by name, in the order in which they are written. */
export type Fields = Readonly<Record<string, Field>>;

type ValueOf<F extends Field, N> = F extends { readonly kind: 'reconstruction' }
  ? Reconstruction
  : F extends { readonly kind: 'variance' }
    ? Variance<N>
    : F extends { readonly kind: 'learned' }
      ? 'learned'
      : F extends { readonly choices: readonly (infer Choice)[] }
        ? Choice
        : F extends { readonly kind: 'count' }
          ? number
          : N;

/** The hyper-parameters that fields describe: numbers of a file, or scalars of a graph. */
export type HyperOf<F extends Fields, N = Scalar> = { readonly [K in keyof F]: ValueOf<F[K], N> };

/** The same with some that need not be given by code. */
export type Optional<Hyper, K extends keyof Hyper> = Omit<Hyper, K> & Partial<Pick<Hyper, K>>;

export const REC = {
  kind: 'reconstruction',
  says: 'how a reconstruction is measured: "sum" of squares over the D entries, "half" of it, or their "mean"',
} as const satisfies Field;

export const VARIANCE = {
  kind: 'variance',
  says: 'of the posterior: "learned", or {"fixed": alpha^2}, which is sigma^2 and not sigma',
} as const satisfies Field;

const unused = (field: string): Misreading => ({ says: `${field} unused`, to: 1 });

export const BETA = {
  kind: 'weight',
  says: 'weight of the divergence from the prior, or of the squared codes',
  misread: { betaUnused: unused('beta') },
} as const satisfies Field;

/** Where the formula divides by it. */
export const POSITIVE_BETA = { ...BETA, kind: 'positive' } as const satisfies Field;

export const LAMBDA = {
  kind: 'weight',
  says: 'weight of the penalty',
  misread: { lambdaUnused: unused('lambda') },
} as const satisfies Field;

export const GAMMA = {
  kind: 'positive',
  says: 'variance of an observed entry',
  misread: {
    gammaIsDeviation: { says: 'gamma taken as the standard deviation', power: 2 },
    gammaUnused: unused('gamma'),
  },
} as const satisfies Field;

/** Of the released code of the SAMBA paper. */
export const KL_COEFF = {
  kind: 'weight',
  says: 'weight of the mean divergence of a latent',
  misread: { coefficientUnused: unused('klCoeff') },
} as const satisfies Field;

/** Of the same code. */
export const ALPHA2 = {
  kind: 'positive',
  says: 'fixed variance of the posterior, sigma^2 and not sigma',
} as const satisfies Field;
