/** @file What we say of a claim (verdict), and what one run of its checks said (outcome). */

/** Our standing on a claim as the paper prints it. */
export type Verdict =
  /** An identity or inequality for all admissible inputs, tested at rounding level. */
  | { readonly kind: 'exact' }
  /** True up to an error of the given order in `variable`, with a known leading constant. */
  | { readonly kind: 'asymptotic'; readonly order: number; readonly variable: string }
  /** True under the extra hypotheses named. */
  | { readonly kind: 'conditional'; readonly when: string }
  /** A statement about a distribution, tested with a stated false-alarm rate. */
  | { readonly kind: 'statistical'; readonly alpha: number }
  /** False as printed; the corrected statement is checked beside the counterexample. */
  | { readonly kind: 'refuted'; readonly counterexample: string; readonly corrected: string }
  /** Cannot be checked numerically; kept in the registry so that nothing is passed over in silence. */
  | { readonly kind: 'not-checkable'; readonly why: string };

type Of<Kind extends Verdict['kind']> = Extract<Verdict, { kind: Kind }>;

export const exact = (): Of<'exact'> => ({ kind: 'exact' });
export const asymptotic = (order: number, variable: string): Of<'asymptotic'> => ({
  kind: 'asymptotic',
  order,
  variable,
});
export const conditional = (when: string): Of<'conditional'> => ({ kind: 'conditional', when });
export const statistical = (alpha: number): Of<'statistical'> => ({ kind: 'statistical', alpha });
export const refuted = (of: { counterexample: string; corrected: string }): Of<'refuted'> => ({
  kind: 'refuted',
  ...of,
});
export const notCheckable = (why: string): Of<'not-checkable'> => ({ kind: 'not-checkable', why });

/** A verdict in a word or two. */
export const verdictText = (verdict: Verdict): string =>
  verdict.kind === 'asymptotic' ? `order ${verdict.order} in ${verdict.variable}` : verdict.kind;

/** What a run said of a claim or of one of its checks. */
export type Outcome = 'pass' | 'fail' | 'inconclusive';
