/**
 * The released-code convention, by the very objectives that the experiments plan, on vectors of PyTorch's.
 */
import { basename } from 'node:path';
import * as assert from 'uvu/assert';
import { objectiveFor } from '../../experiments/samba/configs.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { type ObjectiveSpec, objectiveOf } from '../../src/core/objectives/list.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import { trace } from '../../src/engine/trace.js';
import { Fields } from '../../src/train/fields.js';
import { readObjective } from '../../src/train/objective-reader.js';
import type { AutoencoderNet } from '../../src/vectors/metadata.js';
import type { Vector } from '../../src/vectors/vector.js';
import { paramsOf } from '../core/support.js';
import { suite } from '../harness.js';
import { golden, goldenFiles } from '../vectors/support.js';

const test = suite('samba: released code');

interface Asked {
  readonly klCoeff: number;
  readonly alpha2: number;
}

/** Loss and gradients of a planned objective at the parameters and the batch of a vector. */
function evaluate(
  vector: Vector,
  spec: ObjectiveSpec,
  posterior: 'none' | 'diagonal' = 'none',
  more: Record<string, { shape: readonly number[]; data: Float64Array }> = {},
): Record<string, Float64Array> {
  const net = denseAutoencoder({ ...(vector.model.net as AutoencoderNet), posterior });
  const given = { ...vector.given, ...more };
  const program = compileFloat64(
    trace(tensors => {
      const noise = tensors['input.noise'];
      const inputs = { x: tensors['input.x']!, ...(noise && { noise }) };
      const { loss, terms, grads } = evaluateWithGradient(
        objectiveOf(spec),
        net,
        paramsOf(tensors),
        inputs,
        undefined,
      );
      const gradients = Object.entries(grads).map(([name, g]) => [`grad.${name}`, g] as const);
      return { loss, ...terms, ...Object.fromEntries(gradients) };
    }, given),
  );
  return program.run(Object.fromEntries(Object.entries(given).map(([name, { data }]) => [name, data])));
}

const relative = (a: Float64Array, b: Float64Array): number => {
  const size = Math.hypot(...b);
  const difference = Math.hypot(...a.map((x, i) => x - b[i]!));
  return size < 1e-12 ? difference : difference / size;
};

const latents = (vector: Vector): number => (vector.model.net as AutoencoderNet).latent;
const asked = (vector: Vector): Asked => vector.model.objective as unknown as Asked;

for (const model of ['samba', 'rae'] as const)
  test(`${model}: loss, terms and gradients of every valid vector`, () => {
    const files = goldenFiles()
      .map(path => basename(path, '.safetensors'))
      .filter(id => id.startsWith(`vae-sam-${model}-`) && !id.includes('-wrong-'));
    assert.ok(files.length >= 8, `only ${files.length} vectors`);
    for (const id of files) {
      const vector = golden(id);
      const { klCoeff, alpha2 } = asked(vector);
      const out = evaluate(vector, objectiveFor('released-code', model, alpha2, latents(vector), klCoeff));
      for (const [name, { data }] of Object.entries(vector.expected)) {
        const found = out[name.replace(/^expect\./, '')]!;
        assert.ok(relative(found, data) < 1e-9, `${id} ${name}: ${relative(found, data)}`);
      }
    }
  });

test('the equations give another loss there', () => {
  for (const model of ['samba', 'rae'] as const) {
    const vector = golden(`vae-sam-${model}-0`);
    const { alpha2 } = asked(vector);
    const out = evaluate(vector, objectiveFor('paper', model, alpha2, latents(vector)));
    assert.ok(relative(out.loss!, vector.expected['expect.loss']!.data) > 0.01);
  }
});

test("the VAE: with SAMBA's direction for its noise, the loss of the SAMBA vectors", () => {
  for (const index of [0, 1, 2, 3]) {
    const vector = golden(`vae-sam-samba-${index}`);
    const { klCoeff, alpha2 } = asked(vector);
    const [batch, d] = [vector.given['input.x']!.shape[0]!, latents(vector)];
    const noise = directions(vector).map(x => x * Math.sqrt(d));
    const spec = objectiveFor('released-code', 'vae', alpha2, d, klCoeff);
    const out = evaluate(vector, spec, 'none', { 'input.noise': { shape: [batch, d], data: noise } });
    const error = relative(out.loss!, vector.expected['expect.loss']!.data);
    assert.ok(error < 1e-7, `${index}: ${error}`);
  }
});

/** G_i / |G_i| [B d]: by differences of the decoder at the code, from the network alone. */
function directions(vector: Vector): Float64Array {
  const net = denseAutoencoder({ ...(vector.model.net as AutoencoderNet), posterior: 'none' });
  const d = net.latent;
  const batch = vector.given['input.x']!.shape[0]!;
  const arrays = Object.fromEntries(Object.entries(vector.given).map(([name, { data }]) => [name, data]));
  const encode = compileFloat64(
    trace(t => ({ mean: net.encode(paramsOf(t), t['input.x']!).mean }), vector.given),
  );
  const { mean } = encode.run(arrays);
  const withCode = { ...vector.given, z: { shape: [batch, d] } };
  const decode = compileFloat64(trace(t => ({ image: net.decode(paramsOf(t), t.z!) }), withCode));
  const x = vector.given['input.x']!.data;
  const entries = x.length / batch;
  const errors = (z: Float64Array): number[] => {
    const { image } = decode.run({ ...arrays, z });
    return Array.from({ length: batch }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < entries; k++) sum += (x[i * entries + k]! - image![i * entries + k]!) ** 2;
      return sum;
    });
  };
  const out = new Float64Array(batch * d);
  const h = 1e-6;
  for (let k = 0; k < d; k++) {
    const moved = (by: number): Float64Array => mean!.map((v, j) => (j % d === k ? v + by : v));
    const [up, down] = [errors(moved(h)), errors(moved(-h))];
    for (let i = 0; i < batch; i++) out[i * d + k] = (up[i]! - down[i]!) / (2 * h);
  }
  for (let i = 0; i < batch; i++) {
    const norm = Math.hypot(...out.subarray(i * d, (i + 1) * d));
    for (let k = 0; k < d; k++) out[i * d + k]! /= norm;
  }
  return out;
}

test('the configuration of a run is this objective', () => {
  for (const convention of ['paper', 'released-code'] as const)
    for (const model of ['vae', 'samba', 'rae'] as const) {
      const spec = objectiveFor(convention, model, 1e-2, 256);
      const read = readObjective(new Fields(spec, { command: 'test', file: 'test' }));
      assert.equal(read, spec);
    }
});

test('lambda is alpha sqrt(d), the KL coefficient 0.1 over all entries', () => {
  assert.equal(objectiveFor('paper', 'rae', 1e-4, 256), {
    name: 'rae-loss-gradient',
    rec: 'sum',
    beta: 1,
    lambda: 0.16,
  });
  assert.equal(objectiveFor('released-code', 'vae', 1, 256), {
    name: 'vae',
    rec: 'mean',
    beta: 0.1 / 256,
    variance: { fixed: 1 },
  });
  assert.throws(() => objectiveFor('paper', 'rae', 'learned', 8), /has no variance to learn/);
});

test.run();
