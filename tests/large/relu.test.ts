/** @file SAMBA-18, -21 and -22 inside a cell of the ResNet-18 with ReLU: their deep checks, at width 8. */
import * as assert from 'uvu/assert';
import { beyondLargeCell, largeCell } from '../../properties/subjects/large/large-cell.js';
import { Workshop } from '../../properties/subjects/large/workshop.js';
import { DETACH_MUTANTS } from '../../properties/subjects/sam/mutants.js';
import { PAIR } from '../../properties/subjects/sam/pair.js';
import { suite } from '../harness.js';

const WIDTH = 8;
const PARTS = ['z', 'phi', 'theta'] as const;
const SEEDED = { seed: 1, effort: 1 };

const test = suite('large/relu');

const shop = new Workshop(WIDTH);

for (const part of PARTS) {
  const spec = { part, width: WIDTH, parts: PARTS, shop };
  test(`${part}: inside a cell both add the same, outside they do not`, () => {
    const inside = largeCell(spec);
    assert.is(inside.run('cell', PAIR, { ...SEEDED, quick: false }).outcome, 'pass');
    assert.is(beyondLargeCell(spec).run('cell', PAIR, { ...SEEDED, quick: false }).outcome, 'pass');
    const wrong = { ...PAIR, samba: DETACH_MUTANTS.noDetach.rules };
    assert.is(inside.run('cell', wrong, { ...SEEDED, quick: true }).outcome, 'fail');
  });
}

test.run();
