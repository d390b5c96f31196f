import * as assert from 'uvu/assert';
import { CLAIM_IDS, loadClaim } from '../../properties/registry.js';
import { mathml } from '../../src/report/html/math.js';
import { suite } from '../harness.js';

const test = suite('formulas of the claims');

test('every formula, printed, corrected and evaluated, can be shown', async () => {
  for (const id of CLAIM_IDS) {
    const { tex: stated, formulas = [] } = await loadClaim(id);
    const { printed, corrected } = stated;
    const evaluated = formulas.map(formula => formula.tex);
    for (const tex of [printed, ...(corrected === undefined ? [] : [corrected]), ...evaluated])
      try {
        assert.match(mathml(tex), /<math/);
      } catch (error) {
        assert.unreachable(`${id}: ${(error as Error).message}: ${tex}`);
      }
  }
});

test.run();
