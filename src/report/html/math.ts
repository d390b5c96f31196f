/** @file LaTeX as MathML, which browsers show without fonts or scripts from elsewhere. */
import katex from 'katex';

/**
 * Display MathML of a formula.
 * @throws katex's ParseError when the LaTeX is wrong: a claim with such a formula is a bug
 */
export const mathml = (tex: string): string =>
  katex.renderToString(tex, {
    output: 'mathml',
    displayMode: true,
    throwOnError: true,
    strict: 'error',
    trust: false,
  });
