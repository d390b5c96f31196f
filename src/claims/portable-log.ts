/**
 * @file Natural logarithm from +, -, *, / alone, so that it has the same bits on every engine: ECMAScript
 * leaves Math.log, Math.exp and Math.cos to the implementation. Algorithm of fdlibm's e_log.c (Sun
 * Microsystems, 1993), below 1 ulp.
 */
const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;
const SQRT_HALF = Math.SQRT1_2;
const EVEN = [0.6666666666666735, 0.2857142874366239, 0.1818357216161805, 0.1479819860511659];
const ODD = [0.3999999999940942, 0.22222198432149784, 0.15313837699209373];

const view = new DataView(new ArrayBuffer(8));

/** ln x for positive normal x. */
export function portableLog(x: number): number {
  view.setFloat64(0, x);
  const high = view.getUint32(0);
  let k = ((high >>> 20) & 0x7ff) - 1023;
  view.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let m = view.getFloat64(0);
  if (m > 2 * SQRT_HALF) {
    m /= 2;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (ODD[0]! + w * (ODD[1]! + w * ODD[2]!));
  const even = z * (EVEN[0]! + w * (EVEN[1]! + w * (EVEN[2]! + w * EVEN[3]!)));
  const half = 0.5 * f * f;
  return k * LN2_HI - (half - (s * (half + odd + even) + k * LN2_LO) - f);
}
