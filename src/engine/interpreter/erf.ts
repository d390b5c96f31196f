/**
 * @file The error function in doubles, to about one unit in the last place: its power series up to 1, then
 * the rational Chebyshev approximations of erfc of W. J. Cody, Math. Comp. 23 (1969) 631-637 (coefficients of
 * his CALERF).
 */

const INVERSE_SQRT_PI = 0.5641895835477563;

/** exp(-y*y) with y*y split in two, so that the rounding of the square is not magnified. */
function expMinusSquare(y: number): number {
  const head = Math.trunc(y * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(y - head) * (y + head));
}

/** 2 / sqrt(pi) */
const SLOPE = 1.1283791670955126;

/** 2 / sqrt(pi) - 1, to its own full precision. */
const SLOPE_LESS_1 = 0.12837916709551256;

/** Terms of the power series; the first one left out is below 1e-18 for |x| <= 1. */
const TERMS = 19;

/** SLOPE (-1)^n / (n! (2 n + 1)), n from 1. */
const SERIES = Array.from({ length: TERMS }, (_, i) => {
  let factor = SLOPE;
  for (let n = 1; n <= i + 1; n++) factor /= -n;
  return factor / (2 * i + 3);
});

/** |x| <= 1: the power series, added to x at the end so that only the last rounding counts. */
function erfSmall(x: number): number {
  const square = x * x;
  let sum = 0;
  for (let i = TERMS - 1; i >= 0; i--) sum = (sum + SERIES[i]!) * square;
  return x + x * (SLOPE_LESS_1 + sum);
}

/** 1 <= y <= 4 (good from 0.46875 on): exp(-y^2) P(y) / Q(y). */
function erfcMiddle(y: number): number {
  const p =
    (((((((2.1531153547440383e-8 * y + 0.5641884969886701) * y + 8.883149794388377) * y + 66.11919063714163) *
      y +
      298.6351381974001) *
      y +
      881.952221241769) *
      y +
      1712.0476126340707) *
      y +
      2051.0783778260716) *
      y +
    1230.3393547979972;
  const q =
    (((((((y + 15.744926110709835) * y + 117.6939508913125) * y + 537.1811018620099) * y +
      1621.3895745666903) *
      y +
      3290.7992357334597) *
      y +
      4362.619090143247) *
      y +
      3439.3676741437216) *
      y +
    1230.3393548037495;
  return (expMinusSquare(y) * p) / q;
}

/** y >= 4: exp(-y^2) / y (1/sqrt(pi) - R(1/y^2) / y^2). */
function erfcLarge(y: number): number {
  const s = 1 / (y * y);
  const p =
    ((((0.016315387137302097 * s + 0.30532663496123236) * s + 0.36034489994980445) * s +
      0.12578172611122926) *
      s +
      0.016083785148742275) *
      s +
    0.0006587491615298378;
  const q =
    ((((s + 2.568520192289822) * s + 1.8729528499234673) * s + 0.5279051029514285) * s +
      0.06051834131244132) *
      s +
    0.0023352049762686918;
  return (expMinusSquare(y) / y) * (INVERSE_SQRT_PI - (s * p) / q);
}

/** The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y <= 1) return erfSmall(x);
  if (y >= 6) return Math.sign(x);
  const tail = y <= 4 ? erfcMiddle(y) : erfcLarge(y);
  return x < 0 ? tail - 1 : 1 - tail;
}
