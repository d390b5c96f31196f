/**
 * @file Gradients of the smooth ResNet-18 in single precision on ONNX Runtime's CPU provider, against float64
 * and PyTorch.
 */
import * as assert from 'uvu/assert';
import { suite } from '../../harness.js';
import { singleErrors, smoothCases } from './single.js';

const TOLERANCE = 1e-5;

const test = suite('core/net/single');

const cases = smoothCases();

test('vae, samba and rae-loss-gradient are among the golden values', () => {
  assert.equal(
    cases.map(({ spec }) => 'objective' in spec && spec.objective),
    ['vae', 'samba', 'rae-loss-gradient'],
  );
});

for (const expected of cases)
  test(`${expected.spec.objective}: gradients to 1e-5`, async () => {
    for (const [what, error] of Object.entries(await singleErrors(expected, 'cpu')))
      assert.ok(error > 0 && error < TOLERANCE, `${what}: ${error}`);
  });

test('negative control: the gradients of another objective', async () => {
  const [vae, samba] = cases as [(typeof cases)[0], (typeof cases)[0]];
  const { fromPyTorch } = await singleErrors({ ...vae, gradients: samba.gradients }, 'cpu');
  assert.ok(fromPyTorch > 1e3 * TOLERANCE, `${fromPyTorch}`);
});

test.run();
