/** @file One ladder of known answer for every named outcome. */
import * as assert from 'uvu/assert';
import { dyadic, ladder, type OrderCase, type Vector } from '../../../src/claims/order/case.js';
import { decideOrder, type OrderOptions } from '../../../src/claims/order.js';
import { suite } from '../../harness.js';

const test = suite('order: outcomes');

interface Known {
  readonly residual: (h: number, a: number) => Vector;
  readonly constant?: (a: number) => Vector;
  readonly steps: readonly number[];
  readonly scale?: number;
}

/** Ten cases that differ by a parameter a in [1, 2.3]. */
function cases({ residual, constant, steps, scale = 1 }: Known): OrderCase[] {
  return Array.from({ length: 10 }, (_, i) => {
    const a = 1 + i / 7;
    return {
      ladder: ladder(steps, h => ({ residual: residual(h, a), scale })),
      ...(constant !== undefined && { constant: constant(a) }),
    };
  });
}

function decide(known: Known, options: number | OrderOptions) {
  return decideOrder(cases(known), typeof options === 'number' ? { order: options } : options);
}

const deep = dyadic(1, 0, 24);

test('pass: exp(ah) - 1 - ah is a^2 h^2 / 2', () => {
  const decision = decide(
    { residual: (h, a) => Math.exp(a * h) - 1 - a * h, constant: a => a ** 2 / 2, steps: dyadic(1, 1, 26) },
    2,
  );
  assert.is(decision.outcome, 'pass');
  const { order, constant, informative } = decision;
  assert.is(informative, 10);
  assert.ok(order !== undefined && Math.abs(order.estimate - 2) < 1e-5 && order.high - order.low < 1e-4);
  assert.ok(constant !== undefined && constant.worst < 1e-6 && Math.abs(constant.ratio - 1) < 1e-6);
});

test('pass: order 4, vectors, few rungs', () => {
  const residual = (h: number, a: number): number[] => {
    const x = a * h;
    return [Math.cos(x) - 1 + x ** 2 / 2, 2 * (Math.sin(x) * x - x ** 2)];
  };
  const decision = decide(
    { residual, constant: a => [a ** 4 / 24, -(a ** 4) / 3], steps: dyadic(1, 1, 10) },
    4,
  );
  assert.is(decision.outcome, 'pass', decision.why);
  assert.ok(decision.constant !== undefined && decision.constant.worst < 1e-3);
});

test('pass: the slope alone, where there is no constant', () => {
  assert.is(decide({ residual: (h, a) => Math.exp(a * h) - 1, steps: deep }, 1).outcome, 'pass');
});

test('pass: rungs in any order, other ratios than 2', () => {
  const steps = Array.from({ length: 20 }, (_, k) => 0.7 ** ((k * 7) % 20));
  const decision = decide({ residual: (h, a) => a * h ** 2 * (1 + h), constant: a => a, steps }, 2);
  assert.is(decision.outcome, 'pass', decision.why);
});

test('pass: a pre-asymptotic start, a zero crossing, an even correction', () => {
  const late = (h: number, a: number): number => (a * h ** 2) / (1 + h / 1e-3);
  assert.is(decide({ residual: late, constant: a => a, steps: deep }, 2).outcome, 'pass');
  const crossing = (h: number, a: number): number => h ** 2 * (1 - 4 * a * h);
  assert.is(decide({ residual: crossing, constant: () => 1, steps: deep }, 2).outcome, 'pass');
  const even = (h: number, a: number): number => a * h ** 2 * (1 - 3 * h ** 2);
  assert.is(decide({ residual: even, constant: a => a, steps: deep }, 2).outcome, 'pass');
});

test('pass: half-integer orders in the root of the step', () => {
  const root = (s: number, a: number): number => a * s ** 3 * (1 + s + s ** 2);
  assert.is(decide({ residual: root, constant: a => a, steps: dyadic(1, 1, 14) }, 3).outcome, 'pass');
});

test('too-low: one order less, from the first rung or from a late one', () => {
  assert.is(decide({ residual: (h, a) => a * h, constant: a => a, steps: deep }, 2).outcome, 'too-low');
  // the lower term takes over only at h = 1e-5: the longer stretch before it must not hide it
  const late = (h: number, a: number): number => a * h * (h + 1e-5);
  assert.is(decide({ residual: late, constant: a => a, steps: deep }, 2).outcome, 'too-low');
  const floor = (h: number, a: number): number => a * h ** 2 + 1e-9;
  assert.is(decide({ residual: floor, constant: a => a, steps: deep }, 2).outcome, 'too-low');
});

test('too-low: half an order, and a logarithm', () => {
  assert.is(decide({ residual: (h, a) => a * h ** 1.5, steps: deep }, 2).outcome, 'too-low');
  const logarithm = (h: number, a: number): number => a * h ** 2 * Math.log(4 / h);
  const decision = decide({ residual: logarithm, steps: deep }, 2);
  assert.is(decision.outcome, 'too-low');
  assert.match(decision.why, /order 1\.9/);
});

test('wrong-constant: off by 2 %, and right again at 0.5 %', () => {
  const off = (factor: number) =>
    decide({ residual: (h, a) => a * h ** 2 * (1 + h), constant: a => factor * a, steps: deep }, 2).outcome;
  assert.is(off(1.02), 'wrong-constant');
  assert.is(off(0.98), 'wrong-constant');
  assert.is(off(1.005), 'pass');
  assert.is(
    decide(
      { residual: (h, a) => a * h ** 2, constant: a => 1.02 * a, steps: deep },
      { order: 2, constantTolerance: 0.05 },
    ).outcome,
    'pass',
  );
});

test('wrong-constant: a rotated vector of the right length', () => {
  const decision = decide({ residual: (h, a) => [a * h ** 2, 0], constant: a => [0, a], steps: deep }, 2);
  assert.is(decision.outcome, 'wrong-constant');
  assert.ok(decision.constant !== undefined && Math.abs(decision.constant.ratio) < 1e-9);
});

test('wrong-constant: forgetting to detach keeps the slope', () => {
  // u = (1/2 T + H P H / n) h^2 where the theorem says 1/2 T h^2
  const decision = decide(
    { residual: (h, a) => [a * h ** 2, 0.75 * a * h ** 2], constant: a => [a, 0], steps: deep },
    2,
  );
  assert.is(decision.outcome, 'wrong-constant');
  assert.ok(decision.order !== undefined && Math.abs(decision.order.estimate - 2) < 1e-3);
});

test('wrong-constant: no residual where the theorem has one (a vacuous oracle)', () => {
  const decision = decide({ residual: () => 0, constant: a => a, steps: deep }, 2);
  assert.is(decision.outcome, 'wrong-constant');
  assert.match(decision.why, /times round-off/);
});

test('wrong-constant: a residual of the order whose constant the theorem says is zero', () => {
  assert.is(
    decide({ residual: (h, a) => a * h ** 2, constant: () => 0, steps: deep }, 2).outcome,
    'wrong-constant',
  );
});

test('wrong-constant: drifting away from the theorem without ever settling', () => {
  const drift = (h: number, a: number): number => a * h ** 2 + 1e-3 * a * h;
  assert.is(
    decide({ residual: drift, constant: a => a, steps: dyadic(1, 4, 12) }, 2).outcome,
    'wrong-constant',
  );
  // without a constant that ladder decides nothing; a longer one does
  assert.is(decide({ residual: drift, steps: dyadic(1, 4, 12) }, 2).outcome, 'inconclusive');
  assert.is(decide({ residual: drift, steps: dyadic(1, 4, 20) }, 2).outcome, 'too-low');
});

test('exact: everything at round-off', () => {
  const noise = (h: number, a: number): number => 3 * 2 ** -53 * Math.sin(1e3 * h * a);
  assert.is(decide({ residual: noise, steps: deep }, 2).outcome, 'exact');
  assert.is(decide({ residual: noise, constant: () => 0, steps: deep }, 2).outcome, 'exact');
  assert.is(decide({ residual: () => [0, 0], constant: () => [0, 0], steps: deep }, 2).outcome, 'exact');
});

test('super-convergent: one order more', () => {
  const cubic = (h: number, a: number): number => a * h ** 3;
  assert.is(decide({ residual: cubic, steps: dyadic(1, 1, 14) }, 2).outcome, 'super-convergent');
  assert.is(
    decide({ residual: cubic, constant: () => 0, steps: dyadic(1, 1, 14) }, 2).outcome,
    'super-convergent',
  );
  assert.is(
    decide({ residual: cubic, constant: a => a, steps: dyadic(1, 1, 14) }, 2).outcome,
    'wrong-constant',
  );
});

test('vacuous: the theorem’s term is nowhere above round-off', () => {
  const tiny = 1e-18;
  assert.is(decide({ residual: () => tiny, constant: () => 1e-17, steps: deep }, 2).outcome, 'vacuous');
  const accepting = { order: 2, constantTolerance: 1 };
  assert.is(
    decide({ residual: (h, a) => a * h ** 2, constant: a => a, steps: deep }, accepting).outcome,
    'vacuous',
  );
});

test('inconclusive: a window of 4 rungs', () => {
  const quartic = (h: number, a: number): number => a * h ** 4;
  const decision = decide({ residual: quartic, constant: a => a, steps: dyadic(1, 2, 5) }, 4);
  assert.is(decision.outcome, 'inconclusive');
  assert.match(decision.why, /at most 4 rungs above round-off, 5 are needed/);
  assert.is(decide({ residual: quartic, constant: a => a, steps: dyadic(1, 2, 6) }, 4).outcome, 'pass');
});

test('inconclusive: an irregular residual far above round-off, and single precision', () => {
  const irregular = (h: number, a: number): number => 1e-4 * Math.sin(1e7 * (h + a));
  assert.is(decide({ residual: irregular, steps: deep }, 2).outcome, 'inconclusive');
  const single = (h: number, a: number): number => Math.fround(1 + 0.3 * a * h ** 2) - 1;
  const decision = decide({ residual: single, steps: deep }, 2);
  assert.is(decision.outcome, 'inconclusive');
  assert.match(decision.why, /leaves its power law/);
});

test('inconclusive: fewer than 8 cases, or cases of different orders', () => {
  const known = cases({ residual: (h, a) => a * h ** 2, constant: a => a, steps: deep });
  assert.is(decideOrder(known.slice(0, 7), { order: 2 }).outcome, 'inconclusive');
  assert.is(decideOrder(known.slice(0, 8), { order: 2 }).outcome, 'pass');
  assert.is(decideOrder([], { order: 2 }).outcome, 'inconclusive');
  const mixed = known.map(
    (_, i): OrderCase => ({ ladder: ladder(deep, h => ({ residual: h ** (2 + (i % 2) / 8), scale: 1 })) }),
  );
  assert.is(decideOrder(mixed, { order: 2 }).outcome, 'inconclusive');
});

test('inconclusive: residuals that scatter by 2 % about their power law', () => {
  const scatter = (order: number) => (h: number, a: number) =>
    a * h ** order * (1 + 0.02 * Math.sin(7 * Math.log2(h) ** 2));
  for (const order of [2, 1.75]) {
    const decision = decide({ residual: scatter(order), steps: dyadic(1, 0, 8) }, 2);
    assert.is(decision.outcome, 'inconclusive');
    assert.match(decision.why, /is too vague/);
  }
});

test('inconclusive: cases whose mean is neither right nor clearly wrong', () => {
  const residual = (h: number, a: number): number => h ** (1.94 + 0.04 * Math.sin(20 * a));
  const decision = decide({ residual, steps: deep }, 2);
  assert.is(decision.outcome, 'inconclusive');
  assert.match(decision.why, /order 1\.9.*: between/);
});

test('one case that contradicts decides against the many that agree', () => {
  const known = cases({ residual: (h, a) => a * h ** 2, constant: a => a, steps: deep });
  const wrong: OrderCase = { ladder: ladder(deep, h => ({ residual: h, scale: 1 })), constant: 1 };
  assert.is(decideOrder([...known, wrong], { order: 2 }).outcome, 'too-low');
});

test('cases without a signal do not vote', () => {
  const known = cases({ residual: (h, a) => a * h ** 2, constant: a => a, steps: deep });
  const none: OrderCase = { ladder: ladder(deep, () => ({ residual: 0, scale: 1 })), constant: 0 };
  const decision = decideOrder([...known, none], { order: 2 });
  assert.is(decision.outcome, 'pass');
  assert.is(decision.informative, 10);
  assert.is(decideOrder([...known.slice(0, 7), none], { order: 2 }).outcome, 'inconclusive');
});

test('scale moves the window: a residual of large terms has a higher floor', () => {
  const known = { residual: (h: number, a: number) => a * h ** 2, constant: (a: number) => a, steps: deep };
  assert.is(decide(known, 2).outcome, 'pass');
  assert.is(decide({ ...known, scale: 1e12 }, 2).outcome, 'inconclusive');
});

test('units of step, residual and scale do not matter', () => {
  for (const unit of [1e-200, 1e-30, 1e30, 1e200]) {
    const known = {
      residual: (h: number, a: number) => unit * a * h ** 2,
      constant: (a: number) => unit * a,
      steps: deep,
    };
    assert.is(decide({ ...known, scale: unit }, 2).outcome, 'pass', `unit ${unit}`);
  }
  const rescaled = {
    residual: (h: number, a: number) => a * (h / 1e-6) ** 2,
    constant: (a: number) => a * 1e12,
    steps: dyadic(1e-6, 1, 20),
  };
  assert.is(decide(rescaled, 2).outcome, 'pass');
});

test('malformed ladders are refused', () => {
  const of = (rung: { step?: number; residual?: Vector; scale?: number }, constant?: Vector): OrderCase => ({
    ladder: [
      ...ladder(dyadic(1, 1, 9), h => ({ residual: h, scale: 1 })),
      { step: 1, residual: 1, scale: 1, ...rung },
    ],
    ...(constant !== undefined && { constant }),
  });
  const refuses = (malformed: OrderCase, message: RegExp) =>
    assert.throws(() => decideOrder([malformed], { order: 1 }), message);
  refuses(of({ step: 0 }), /steps must be positive and finite, got 0/);
  refuses(of({ step: 0.5 }), /steps must be distinct, got 0.5 twice/);
  refuses(of({ residual: Number.NaN }), /residuals must be finite, got NaN at step 1/);
  refuses(of({ residual: [1, 2] }), /one length/);
  refuses(of({ scale: 0 }), /scale must be positive and finite, got 0 at step 1/);
  refuses(of({}, [1, 2]), /constant must be as long as the residuals, got 2 and 1/);
  refuses({ ladder: [] }, /at least one rung/);
});

test.run();
