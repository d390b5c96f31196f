/** @file Text in a drawing: exponents, an estimate of its width, lines that fit. */
import { escapeXml } from '../junit.js';

/**
 * Width of a character in parts of the font's size, on the safe side for serif and sans-serif faces alike.
 */
function characterWidth(character: string): number {
  if (/[ijl.,:;'|!()[\]]/.test(character)) return 0.33;
  if (/[frt \-I]/.test(character)) return 0.42;
  if (/[mwMW@%\u2014]/.test(character)) return 0.9;
  if (/[A-Z]/.test(character)) return 0.72;
  return 0.57;
}

/** About how wide a text is; `^` and what it marks count as drawn. */
export const textWidth = (text: string, size: number): number =>
  size * [...text.replaceAll('^', '')].reduce((sum, character) => sum + characterWidth(character), 0);

const SUPERSCRIPTS = '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079';

/** Superscript digits as `^` and plain ones: not every font has them. */
const plainDigits = (text: string): string =>
  text.replace(/[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+/g, found =>
    [...found].reduce((sum, digit) => sum + SUPERSCRIPTS.indexOf(digit), '^'),
  );

/** Begins Greek letters. */
export const GREEK = `<tspan font-family="KaTeX_Math, 'Latin Modern Math', serif" font-style="italic">`;

const letters = (text: string): string =>
  escapeXml(text.replaceAll('\u00b7', '\u22c5')).replace(
    /[\u0370-\u03ff]+/g,
    greek =>
      `<tspan font-family="KaTeX_Math, 'Latin Modern Math', serif" font-style="italic">${greek}</tspan>`,
  );

/** Content of a text element: `^-6` and `^2` are raised, all else is escaped. */
export function content(text: string, size: number): string {
  const rise = Math.round(0.4 * size);
  let raised = false;
  return plainDigits(text)
    .split(/(\^[-\u2212]?\d+)/)
    .filter(part => part !== '')
    .map(part => {
      const isRaised = /^\^[-\u2212]?\d+$/.test(part);
      const dy = isRaised === raised ? 0 : isRaised ? -rise : rise;
      raised = isRaised;
      const shift = dy === 0 ? '' : ` dy="${dy}"`;
      if (isRaised)
        return `<tspan${shift} font-size="${Math.round(0.75 * size)}">${escapeXml(part.slice(1).replace('-', '\u2212'))}</tspan>`;
      return shift === '' ? letters(part) : `<tspan${shift}>${letters(part)}</tspan>`;
    })
    .join('');
}

/** No line ends between a number and its percent sign. */
export const unbroken = (text: string): string => text.replaceAll(/(\d) %/g, '$1\u00a0%');

/** Breaks a text into lines of at most this width, between words; a longer word keeps its own line. */
export function wrap(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of unbroken(text)
    .split(/[^\S\u00a0]+/)
    .filter(part => part !== '')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
