import * as assert from 'uvu/assert';
import { INITIALISATIONS, initialise } from '../../src/core/init.js';
import { convAutoencoder } from '../../src/core/net/conv.js';
import { suite } from '../harness.js';
import { sizeOf } from './support.js';

const net = convAutoencoder({
  image: [2, 2, 3],
  channels: [4],
  latent: 2,
  activation: 'relu',
  output: 'identity',
});
const fill = (value: number): Record<string, Float64Array> =>
  Object.fromEntries(
    Object.entries(net.shapes).map(([n, s]) => [n, new Float64Array(sizeOf(s)).fill(value)]),
  );

const test = suite('core/init');

test("PyTorch's default: uniform within 1/sqrt(fan-in)", () => {
  assert.is(INITIALISATIONS.pytorch.draws, 'uniform');
  const params = initialise(net, fill(1));
  assert.equal(Object.keys(params), Object.keys(net.shapes));
  assert.ok(params['encoder.0.weight']!.every(x => x === 1 / Math.sqrt(27)));
  assert.ok(params['encoder.0.bias']!.every(x => x === 1 / Math.sqrt(27)));
  assert.ok(params['decoder.0.weight']!.every(x => x === 1 / Math.sqrt(2)));
  assert.ok(initialise(net, fill(0.25), 'pytorch')['mu.weight']!.every(x => x === -0.25));
});

test('LeCun: normal weights, zero biases', () => {
  const params = initialise(net, fill(3), 'lecun');
  assert.ok(params['mu.weight']!.every(x => x === 1.5));
  assert.ok(params['mu.bias']!.every(x => x === 0));
});

test('draws must be there, and as many as the shape asks for', () => {
  const { 'mu.bias': _, ...missing } = fill(1);
  assert.throws(() => initialise(net, missing), 'init: "mu.bias" needs 2 draws, got none');
  assert.throws(
    () => initialise(net, { ...fill(1), 'mu.bias': new Float64Array(3) }),
    /needs 2 draws, got 3/,
  );
});

test.run();
