/** @file Constants that came through float32 and must not have lost digits. */

/**
 * Short enough that it was meant: an integer below 2^24 or a dyadic number of at most 12 significant bits.
 */
function isShort(value: number): boolean {
  if (!Number.isFinite(value) || value === 0) return true;
  if (Number.isInteger(value) && Math.abs(value) <= 2 ** 24) return true;
  const significand = Math.abs(value) / 2 ** Math.floor(Math.log2(Math.abs(value)));
  return Number.isInteger(significand * 2 ** 11);
}

/** Refuses numbers that tfjs has rounded to float32: a decimal like 0.1 is then only good to 1e-8. */
export function checkConstants(values: Float64Array): void {
  const rounded = values.find(value => !isShort(value));
  if (rounded !== undefined)
    throw new Error(
      `trace: a constant must not be rounded to float32, got ${rounded} - make it with constant() to ` +
        'keep it in full precision, or pass it as an input',
    );
}
