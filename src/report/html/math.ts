/** @file LaTeX as MathML, which browsers show without fonts or scripts from elsewhere. */
import katex from 'katex';
import { escapeHtml } from './escape.js';

/** Longer formulas than any person reads may take KaTeX minutes. */
const LONGEST = 10_000;

/**
 * Display MathML of a formula. A wrong one, or one that KaTeX cannot take, is shown as its source: the page
 * has the rest to show.
 */
export function mathml(tex: string): string {
  try {
    if (tex.length <= LONGEST)
      return katex.renderToString(tex, {
        output: 'mathml',
        displayMode: true,
        throwOnError: true,
        strict: 'error',
        trust: false,
        maxExpand: 1000,
        maxSize: 20,
      });
  } catch {
    // besides its ParseError, KaTeX throws whatever it stumbles on
  }
  return `<pre class="tex">${escapeHtml(tex)}</pre>`;
}
