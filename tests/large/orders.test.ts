/** @file SAMBA-18, -21 and -22 on the ResNet-18 of the experiments, batch normalisation as it is evaluated: order 2 with its constant. */
import * as assert from 'uvu/assert';
import { unitRows } from '../../properties/support/jets.js';
import { collect } from '../../properties/support/network.js';
import { SAMBA_RULES, type SambaRules } from '../../src/core/objectives/samba.js';
import { detach } from '../../src/engine/ops.js';
import { dyadic, type OrderCase, type Rung } from '../../src/theory/order/case.js';
import { decideOrder } from '../../src/theory/order.js';
import { suite } from '../harness.js';
import { drawCase } from './network.js';
import { atRadius, constantProgram, sambaOf, size, stepsOf } from './steps.js';

/** Samples are independent here (batch.test.ts checks that they are), so a larger batch would show nothing more. */
const BATCH = 1;
const CLAIMS = { z: 'SAMBA-18', phi: 'SAMBA-21', theta: 'SAMBA-22' } as const;
const PARTS = Object.keys(CLAIMS) as (keyof typeof CLAIMS)[];
/** From where the corrections to the leading term are below a hundredth. */
const RADII = dyadic(1, 6, 11);

const test = suite('large/orders');

const steps = stepsOf('softplus', BATCH);
const second = constantProgram('softplus', BATCH);

/** The ladder and the theorem's constant of each part. */
function ladders(seed: number, samba = steps.samba): Readonly<Record<keyof typeof CLAIMS, OrderCase>> {
  const inputs = drawCase('softplus', BATCH, seed);
  const direction = unitRows(steps.atCode.run(inputs).gradient!, BATCH);
  const constants = second.run({ ...inputs, direction });
  const rungs: Readonly<Record<keyof typeof CLAIMS, Rung[]>> = { z: [], phi: [], theta: [] };
  for (const [i, step] of RADII.entries()) {
    const sides = atRadius({ ...steps, samba }, step, i === 0 ? inputs : undefined);
    for (const part of PARTS) {
      const [a, b] = [collect(sides.samba, 'grad', part), collect(sides.rae, 'grad', part)];
      rungs[part].push({ step, residual: a.map((x, k) => x - b[k]!), scale: size(a) + size(b) });
    }
  }
  const of = (part: keyof typeof CLAIMS): OrderCase => ({
    ladder: rungs[part],
    constant: collect(constants, 'second', part),
  });
  return { z: of('z'), phi: of('phi'), theta: of('theta') };
}

test('the z-, phi- and theta-gradients of SAMBA and of the RAE differ by the constant times rho^2', () => {
  const cases = Array.from({ length: 8 }, (_, i) => ladders(i + 1));
  for (const part of PARTS) {
    const decision = decideOrder(
      cases.map(of => of[part]),
      { order: 2 },
    );
    assert.is(decision.outcome, 'pass', `${CLAIMS[part]}: ${decision.why}`);
    assert.ok(
      decision.constant!.worst < 1e-3,
      `${CLAIMS[part]}: constant off by ${decision.constant!.worst}`,
    );
  }
});

const CONTROLS: readonly (readonly [string, SambaRules['detach'], 'too-low' | 'wrong-constant'])[] = [
  ['the direction is not detached', (w, n) => [w, n], 'wrong-constant'],
  ['only the norm is detached', (w, n) => [w, detach(n)], 'too-low'],
];

for (const [says, rule, expected] of CONTROLS)
  test(`negative control: ${says}`, () => {
    const of = ladders(1, sambaOf('softplus', BATCH, { ...SAMBA_RULES, detach: rule }));
    for (const part of PARTS) {
      const { outcome, why } = decideOrder([of[part]], { order: 2 });
      assert.is(outcome, expected, `${part}: ${why}`);
    }
  });

test.run();
