/**
 * @file What a claim says of its paper's print: a finding, with the words that it is about and where they
 * stand.
 */

/** What kind of difference a finding is. An author's caveat is no finding against the paper. */
export const FINDING_CLASSES = {
  error: 'The print is false.',
  misprint: 'A slip of notation: what is meant is true, or is stated correctly elsewhere in the paper.',
  sharpened: 'The statement is true, and more is true than is said.',
  caveat:
    'The paper says it too: a boundary of the claim, pinned by its checks, and no finding against the paper.',
} as const;

export type FindingClass = keyof typeof FINDING_CLASSES;

/**
 * One finding. Its class, the quotation and its place are part of the claim, so that they cannot drift apart.
 */
export interface Finding {
  readonly class: FindingClass;
  /** The finding as a sentence. */
  readonly title: string;
  /** A short quotation, letter for letter; formulas as they are printed. Parts left out are marked [...]. */
  readonly quote: string;
  /** Where the quotation stands: section, equation, table, footnote or caption. */
  readonly place: string;
  /** The print can be read in part only: the quotation is our reading of it. */
  readonly asRead?: true;
  /** What is so instead, or beyond it, in Markdown. */
  readonly says: string;
  /** Other claims that carry evidence for it. */
  readonly also?: readonly string[];
  /** It changes how the paper's result may be used: such findings come first. */
  readonly changesUse?: true;
}

/** Why a finding may not stand in a claim, or undefined where it may. */
export function faultOf(finding: Finding): string | undefined {
  for (const field of ['title', 'quote', 'place', 'says'] as const)
    if (finding[field].trim() === '') return `${field} of a finding must not be empty`;
  if (finding.quote.length > 300)
    return `the quotation of a finding must be short, got ${finding.quote.length} characters`;
  return undefined;
}
