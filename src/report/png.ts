/**
 * @file An SVG as PNG. Text is set in KaTeX's fonts, which lie beside our code: the same picture on a machine
 * without any fonts.
 */
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { GREEK } from './plot/text.js';

const { resolve } = createRequire(import.meta.url);
const FONTS = ['Main-Regular', 'Main-Bold', 'Math-Italic'].map(name =>
  resolve(`katex/dist/fonts/KaTeX_${name}.ttf`),
);

/** Pixels a unit of the SVG. */
const ZOOM = 3;

/**
 * resvg sets a text with Greek letters whole in the first font that has all of its letters, which is
 * KaTeX_Math in italics. A minus sign too small to be seen is not in that font, and only the Greek letters
 * are set in it.
 */
const UNSEEN = `<tspan font-size="0.01" fill="none">\u2212</tspan>${GREEK}`;

/** The bytes of a PNG file. Letters that KaTeX's fonts lack come from the system's, where it has some. */
export const svgToPng = (svg: string): Uint8Array =>
  new Resvg(svg.replaceAll(GREEK, UNSEEN), {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: { fontFiles: FONTS, loadSystemFonts: true, defaultFontFamily: 'KaTeX_Main' },
  })
    .render()
    .asPng();
