/** @file What we say of a claim, in words, for people. */
import type { CheckResult, ClaimResult, Paper } from '../claims/result.js';
import type { Verdict } from '../claims/verdict.js';

/** Papers by their short names. */
export const PAPER_TITLES: Readonly<Record<Paper, string>> = {
  samba: 'SAMBA: sharpness-aware autoencoders (Reizinger & Huszár 2023)',
  ujvary: 'Rethinking SAM as variational inference (Ujváry et al. 2022)',
  'kumar-poole': 'On implicit regularization in β-VAEs (Kumar & Poole 2020)',
  vgr: 'On the value of infinite gradients in VAEs (Dai, Wenliang & Wipf)',
  rae: 'From variational to deterministic autoencoders (Ghosh et al. 2020)',
};

/** The heading of a formula as it stands in the paper. */
export const printedAs = ({ asRead }: ClaimResult['tex']): string =>
  asRead ? 'As we read it' : 'As printed';

/** A verdict as the end of a sentence. */
export function standing(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'exact':
      return 'exact: holds to rounding for all admissible inputs';
    case 'asymptotic':
      return `asymptotic: error of order ${verdict.order} in ${verdict.variable}`;
    case 'conditional':
      return `conditional: ${verdict.when}`;
    case 'statistical':
      return `statistical: false-alarm rate ${verdict.alpha}`;
    case 'refuted':
      return `refuted as printed: ${verdict.counterexample}; corrected: ${verdict.corrected}`;
    case 'not-checkable':
      return `not checkable: ${verdict.why}`;
  }
}

/** What a check measured, one fact a string. */
export function measured(check: CheckResult): string[] {
  const { order, constant, detects, slack } = check;
  return [
    ...(order
      ? [
          `order ${order.estimate.toFixed(4)} ± ${((order.high - order.low) / 2).toExponential(0)}, expected ${order.expected}`,
        ]
      : []),
    ...(constant
      ? [
          `constant ${constant.ratio.toFixed(5)} of the theorem's (worst deviation ${constant.worst.toExponential(1)}, tolerance ${constant.tolerance})`,
        ]
      : []),
    ...(slack === undefined ? [] : [`tightest slack ${slack.toExponential(1)}`]),
    ...(detects ? [`would have caught ${detects.error.toExponential(1)} of ${detects.of}`] : []),
  ];
}
