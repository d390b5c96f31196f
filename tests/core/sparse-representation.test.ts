import * as assert from 'uvu/assert';
import { gradient } from '../../src/core/derivatives.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { makeSparseRepresentation } from '../../src/core/objectives/sparse/sparse-representation.js';
import { PENALTIES, type Penalty, power, shiftedLog, shiftedRoot } from '../../src/core/penalties.js';
import { suite } from '../harness.js';
import { close, draw, drawParams, paramsOf, run, values } from './support.js';

const test = suite('core/sparse-representation');

const POINTS = [0.01, 0.3, 0.99, 1.01, 4];
const at = (penalty: Penalty, points = POINTS) =>
  run(({ u }) => ({ value: penalty(u!), slope: gradient(penalty, u!) }), {
    u: values([points.length], points),
  });

const EXPECTED: readonly [string, Penalty, (u: number) => number, (u: number) => number][] = [
  ['identity', PENALTIES.identity.apply, u => u, () => 1],
  ['saturating', PENALTIES.saturating.apply, u => u / (1 + u), u => (1 + u) ** -2],
  ['exponential', PENALTIES.exponential.apply, u => -Math.expm1(-u), u => Math.exp(-u)],
  ['huber', PENALTIES.huber.apply, u => (u < 1 ? u * u * 0.5 : u - 0.5), u => Math.min(u, 1)],
  ['root', PENALTIES.root.apply, Math.sqrt, u => 0.5 / Math.sqrt(u)],
  ['log', PENALTIES.log.apply, Math.log, u => 1 / u],
  ['shifted log', shiftedLog(0.1), u => Math.log(u + 0.1), u => 1 / (u + 0.1)],
  ['shifted root', shiftedRoot(0.1), u => Math.sqrt(u + 0.1), u => 0.5 / Math.sqrt(u + 0.1)],
  ['power', power(0.25), u => u ** 0.25, u => 0.25 * u ** -0.75],
];

for (const [name, penalty, value, slope] of EXPECTED)
  test(`${name}: value and slope`, () => {
    const found = at(penalty);
    close(found.value!, POINTS.map(value), 1e-14);
    close(found.slope!, POINTS.map(slope), 1e-13);
  });

test('the slopes stated are the suprema', () => {
  const fine = Array.from({ length: 400 }, (_, i) => 1e-9 + i / 100);
  for (const [name, { apply, slope }] of Object.entries(PENALTIES)) {
    const steepest = Math.max(...at(apply, fine).slope!);
    if (slope === Infinity) assert.ok(steepest > 1e4, name);
    else assert.ok(steepest <= slope && steepest > 0.999 * slope, `${name}: ${steepest}`);
  }
});

test('the objective is g of the error of an entry plus the mean penalty of the latents over the entries', () => {
  const net = denseAutoencoder({
    encoder: [3],
    latent: 2,
    decoder: [2, 3],
    activation: 'identity',
    output: 'identity',
  });
  const inputs = { ...drawParams(1, net.shapes), x: draw(2, [4, 3]) };
  const objective = makeSparseRepresentation();
  const found = run(all => {
    const params = paramsOf(all);
    const hyper = { g: PENALTIES.root.apply, h: shiftedLog(0.1) };
    const { loss, terms } = objective.evaluate(net, params, { x: all.x! }, hyper);
    const { mean } = net.encode(params, all.x!);
    return { loss, ...terms, mean, decoded: net.decode(params, mean) };
  }, inputs);
  const error = found.decoded!.reduce((sum, y, i) => sum + (y - inputs.x.values[i]!) ** 2, 0);
  const energy = (k: number): number =>
    found.mean!.reduce((sum, z, i) => (i % 2 === k ? sum + (z * z) / 4 : sum), 0);
  const penalty = (Math.log(energy(0) + 0.1) + Math.log(energy(1) + 0.1)) / 3;
  close(found.fit!, [Math.sqrt(error / 12)], 1e-14);
  close(found.penalty!, [penalty], 1e-14);
  close(found.reconstruction!, [error / 4], 1e-14);
  close(found.loss!, [Math.sqrt(error / 12) + penalty], 1e-14);
});

test.run();
