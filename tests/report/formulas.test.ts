import * as assert from 'uvu/assert';
import { mathml } from '../../src/report/html/math.js';
import { suite } from '../harness.js';
import { CLAIM_IDS, loadClaim } from '../registry.js';

const test = suite('formulas of the claims');

test('every formula, printed, corrected and evaluated, can be shown', async () => {
  for (const id of CLAIM_IDS) {
    const { tex: stated, formulas = [] } = await loadClaim(id);
    const { printed, corrected } = stated;
    const evaluated = formulas.map(formula => formula.tex);
    for (const tex of [printed, ...(corrected === undefined ? [] : [corrected]), ...evaluated])
      assert.match(mathml(tex), /<math/, `${id}: ${tex}`);
  }
});

test.run();
