import * as assert from 'uvu/assert';
import { mathml } from '../../src/report/html/math.js';
import { suite } from '../harness.js';
import { CLAIM_IDS, loadClaim } from '../registry.js';

const test = suite('formulas of the claims');

test('every formula, printed and corrected, can be shown', async () => {
  for (const id of CLAIM_IDS) {
    const { printed, corrected } = (await loadClaim(id)).tex;
    for (const tex of [printed, ...(corrected === undefined ? [] : [corrected])])
      assert.match(mathml(tex), /<math/, `${id}: ${tex}`);
  }
});

test.run();
