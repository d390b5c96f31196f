import * as assert from 'uvu/assert';
import {
  type ClassifierMethod,
  classifierStep,
  methodOf,
  PLAIN,
  variationalSamMethod,
} from '../../src/core/classifier-step.js';
import { wideResNet } from '../../src/core/net/wide-resnet.js';
import { makeSam, SAM_RULES } from '../../src/core/objectives/sam/sam.js';
import { momentumSgd } from '../../src/core/optimiser.js';
import { VARIATIONAL_SAM_RULES } from '../../src/core/variational/variational-sam.js';
import { constant } from '../../src/engine/ops.js';
import { suite } from '../harness.js';
import { numbersOf, prefixed, under } from './net/cases.js';
import { close, draw, type Named, relativeError, run, scalarOf, sizeOf, values } from './support.js';

const NET = wideResNet({ depth: 10, width: 1, classes: 3, image: [4, 4, 2] });
const BATCH = 4;
const P = Object.values(NET.shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
const RHO = 0.05;

const optimiser = momentumSgd({ momentum: 0.9, decay: 0 });
const filled = (prefix: string, value: number): Named =>
  Object.fromEntries(
    Object.entries(NET.shapes).map(([name, shape]) => [
      `${prefix}.${name}`,
      values(shape, new Float64Array(sizeOf(shape)).fill(value)),
    ]),
  );

const INPUTS: Named = {
  ...numbersOf(NET),
  ...filled('v', 0),
  ...filled('sigma2', RHO ** 2 / P),
  x: draw(3, [BATCH, ...NET.data]),
  targets: values([BATCH, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1, 0.8, 0.1, 0.1]),
  rate: scalarOf(0.1),
};

const step = (method: ClassifierMethod): Record<string, Float64Array> =>
  run(all => {
    const found = classifierStep(method, NET, optimiser, {
      params: under('param', all),
      state: Object.fromEntries(Object.entries(under('v', all)).map(([name, v]) => [`v.${name}`, v])),
      statistics: under('stat', all),
      inputs: { x: all.x!, targets: all.targets!, sigma2: under('sigma2', all) },
      rate: all.rate!,
    });
    return {
      loss: found.loss,
      ...prefixed('param', found.params),
      ...prefixed('stat', found.statistics),
      ...prefixed('sigma2', found.sigma2),
    };
  }, INPUTS);

const test = suite('core/classifier-step');

const plain = step(methodOf(PLAIN, undefined));
const sam = step(methodOf(makeSam(), { rho: RHO }));
const PRIOR = { prior: 0.04, examples: 1000 };
const without = { ...VARIATIONAL_SAM_RULES, meanWeight: () => constant(0) };
const vsam = step(variationalSamMethod(without, PRIOR, 0.01));

test('a perturbed step is another one, but the running statistics move by the unperturbed pass', () => {
  for (const perturbed of [sam, vsam]) {
    assert.ok(relativeError(perturbed['param.conv0.weight']!, plain['param.conv0.weight']!) > 1e-6);
    for (const name of Object.keys(NET.normalised.statistics))
      close(perturbed[`stat.${name}`]!, plain[`stat.${name}`]!, 1e-12, name);
  }
});

test('with variances rho^2/p variational SAM steps as SAM does, and its variances move and stay positive', () => {
  for (const name of Object.keys(NET.shapes)) {
    close(vsam[`param.${name}`]!, sam[`param.${name}`]!, 1e-10, name);
    const after = vsam[`sigma2.${name}`]!;
    assert.ok(after.every(s => s > 0 && s !== RHO ** 2 / P));
  }
});

test('negative control: SAM that stays where it is takes the plain step', () => {
  const still = step(methodOf(makeSam({ ...SAM_RULES, point: w => w }), { rho: RHO }));
  for (const name of Object.keys(NET.shapes))
    close(still[`param.${name}`]!, plain[`param.${name}`]!, 1e-12, name);
});

test.run();
