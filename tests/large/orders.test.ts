/** @file SAMBA-18, -21 and -22 on the ResNet-18 of the experiments: their deep checks, at width 8. */
import * as assert from 'uvu/assert';
import { batchesOf } from '../../properties/subjects/large/draw.js';
import { largeOrder } from '../../properties/subjects/large/large-order.js';
import { Workshop } from '../../properties/subjects/large/workshop.js';
import { DETACH_MUTANTS } from '../../properties/subjects/sam/mutants.js';
import { PAIR, type Pair } from '../../properties/subjects/sam/pair.js';
import { suite } from '../harness.js';

const WIDTH = 8;
const CLAIMS = { z: 'SAMBA-18', phi: 'SAMBA-21', theta: 'SAMBA-22' } as const;
const PARTS = ['z', 'phi', 'theta'] as const;
const SEEDED = { seed: 1, effort: 1 };

const test = suite('large/orders');

const shop = new Workshop(WIDTH);
const checkOf = (part: (typeof PARTS)[number]) =>
  largeOrder({ part, width: WIDTH, parts: PARTS, given: batchesOf(1), shop });

for (const part of PARTS)
  test(`${CLAIMS[part]}: the ${part}-gradients differ by the constant times rho^2`, () => {
    const { outcome, constant, note } = checkOf(part).run('large', PAIR, { ...SEEDED, quick: false });
    assert.is(outcome, 'pass', note);
    assert.ok(constant!.worst < 1e-3, `constant off by ${constant!.worst}`);
  });

const CONTROLS: readonly (readonly [string, Pair, 'too-low' | 'wrong-constant'])[] = [
  ['not detached', { ...PAIR, samba: DETACH_MUTANTS.noDetach.rules }, 'wrong-constant'],
  ['only the norm is detached', { ...PAIR, samba: DETACH_MUTANTS.detachNormOnly.rules }, 'too-low'],
];

for (const [says, wrong, expected] of CONTROLS)
  test(`negative control: ${says}`, () => {
    for (const part of PARTS) {
      const { outcome, decision } = checkOf(part).run('large', wrong, { ...SEEDED, quick: true });
      assert.equal([outcome, decision], ['fail', expected], part);
    }
  });

test.run();
