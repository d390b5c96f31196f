/** @file What is not a vector is refused by one error that names what is wrong. */
import * as assert from 'uvu/assert';
import { InputError } from '../../src/formats/input-error.js';
import { encodeSafetensors, parseSafetensors, type SafeTensor } from '../../src/formats/safetensors.js';
import { encodeVector, parseVector, readVector, type Vector } from '../../src/vectors/vector.js';
import { suite } from '../harness.js';
import { golden, goldenFiles, reread } from './support.js';

const test = suite('vectors/read');

type Json = Record<string, unknown>;

interface Parts {
  readonly meta: Json & { net: Json; objective: Json };
  readonly tensors: Map<string, SafeTensor>;
}

const parts = (vector: Vector): Parts => {
  const { metadata, tensors } = parseSafetensors(Buffer.concat(encodeVector(vector)), 'test');
  return { meta: JSON.parse(metadata.get('flatcheck')!), tensors: new Map(tensors) };
};

const bytes = (tensors: ReadonlyMap<string, SafeTensor>, json?: string): Uint8Array =>
  Buffer.concat(
    encodeSafetensors({ metadata: new Map(json === undefined ? [] : [['flatcheck', json]]), tensors }),
  );

function refused(vector: Vector, damage: (parts: Parts) => void, message: RegExp): void {
  const damaged = parts(vector);
  damage(damaged);
  const file = bytes(damaged.tensors, JSON.stringify(damaged.meta));
  assert.throws(
    () => parseVector(file, 'a.safetensors'),
    (error: unknown) => {
      assert.instance(error, InputError);
      assert.match((error as Error).message, message);
      assert.match((error as Error).message, /^vector: .*a\.safetensors/);
      assert.not.match((error as Error).message, /\n/);
      return true;
    },
    String(message),
  );
}

const tensor = (shape: readonly number[], data: readonly number[]): SafeTensor => ({
  dtype: 'F64',
  shape,
  data: Float64Array.from(data),
});

const vae = golden('vae-1');
const sam = golden('sam-0');

test('what is written is read back', () => {
  for (const file of goldenFiles().slice(0, 20)) {
    const vector = readVector(file);
    assert.equal(reread(vector), vector);
  }
});

test('other metadata and more fields at the top are taken', () => {
  const { meta, tensors } = parts(vae);
  const json = JSON.stringify({ ...meta, comment: 'made on a Tuesday', valid: true });
  const metadata = new Map([
    ['format', 'pt'],
    ['flatcheck', json],
  ]);
  const { id, flaw } = parseVector(Buffer.concat(encodeSafetensors({ metadata, tensors })), 'test');
  assert.equal([id, flaw], ['vae-1', undefined]);
});

test('metadata', () => {
  const meta = (message: RegExp, change: (meta: Parts['meta']) => void, vector = vae): void =>
    refused(vector, damaged => change(damaged.meta), message);
  meta(/version must be 1, got 2/, m => Object.assign(m, { version: 2 }));
  meta(/version must be 1, got nothing/, m => delete m.version);
  meta(/net must be an object/, m => Object.assign(m, { net: 3 }));
  meta(/net\.kind must be one of autoencoder, classifier, got "transformer"/, m =>
    Object.assign(m.net, { kind: 'transformer' }),
  );
  meta(/net\.activation must be one of .*, got "swish"/, m => Object.assign(m.net, { activation: 'swish' }));
  meta(/net\.activation .*got "leakyRelu"/, m => Object.assign(m.net, { activation: 'leakyRelu' }));
  meta(/net\.output must be one of identity, sigmoid/, m => Object.assign(m.net, { output: 'tanh' }));
  meta(/net must have a field "latent"/, m => delete m.net.latent);
  meta(/net must have the fields .*, got "depth"/, m => Object.assign(m.net, { depth: 2 }));
  for (const encoder of [[], [4.5], [0], [-1], 'x', [1e99], [null]])
    meta(/net\.encoder must be a list of at least 1 positive integers/, m =>
      Object.assign(m.net, { encoder }),
    );
  meta(/net\.encoder must have at most 24 entries, got 1000/, m =>
    Object.assign(m.net, { encoder: Array(1000).fill(1) }),
  );
  meta(/net\.latent must be a positive integer/, m => Object.assign(m.net, { latent: 0 }));
  meta(/net\.decoder must go from/, m => Object.assign(m.net, { latent: 7 }));
  meta(/objective\.name must be one of .*got "vea"/, m => Object.assign(m.objective, { name: 'vea' }));
  meta(/objective\.name must be one of .*got "toString"/, m =>
    Object.assign(m.objective, { name: 'toString' }),
  );
  meta(/objective\.name .*got "beta-vae"/, m => Object.assign(m.objective, { name: 'beta-vae' }));
  meta(/objective must be an object, got \[\]/, m => Object.assign(m, { objective: [] }));
  meta(/objective "vae" must have a field "beta"/, m => delete m.objective.beta);
  meta(/objective "vae" must have the fields name, rec, beta, variance and no others, got "bta"/, m =>
    Object.assign(m.objective, { bta: 1 }),
  );
  meta(/objective\.rec must be one of sum, half, mean, got "max"/, m =>
    Object.assign(m.objective, { rec: 'max' }),
  );
  meta(/objective\.beta must be a finite number, got "1"/, m => Object.assign(m.objective, { beta: '1' }));
  meta(/objective\.variance must be "learned" or/, m => Object.assign(m.objective, { variance: 1 }));
  meta(/objective\.variance\.fixed must be a finite number above 0, got 0/, m =>
    Object.assign(m.objective, { variance: { fixed: 0 } }),
  );
  meta(/objective "vae" must come with net.kind "autoencoder"/, m =>
    Object.assign(m, { net: parts(sam).meta.net }),
  );
  meta(
    /objective\.power must be 1 or 2, got 3/,
    m => Object.assign(m.objective, { power: 3 }),
    golden('rae-jacobian-0'),
  );
  meta(
    /objective\.variance must be "learned"/,
    m => Object.assign(m.objective, { variance: { fixed: 1 } }),
    golden('gamma-vae-0'),
  );
  meta(
    /objective\.eta must be a finite number of at least 0, got -1/,
    m => Object.assign(m.objective, { eta: -1 }),
    golden('asam-0'),
  );
  meta(/id must be a text/, m => Object.assign(m, { id: '' }));
  meta(/id must be a text/, m => Object.assign(m, { id: 'a\u001b[31m' }));
  meta(/producer must be a text/, m => Object.assign(m, { producer: 7 }));
  meta(/valid must be true or false, got "no"/, m => Object.assign(m, { valid: 'no' }));
  meta(/flaw, wanted by "valid": false, must be a text/, m => Object.assign(m, { valid: false }));
  meta(/flaw must come with "valid": false, got "valid": true/, m => Object.assign(m, { flaw: 'x' }));
});

test('metadata that is no JSON object, or not there', () => {
  const { tensors, meta } = parts(vae);
  const message = (json?: string): string => {
    try {
      parseVector(bytes(tensors, json), 'f');
      return 'read';
    } catch (error) {
      assert.instance(error, InputError);
      return (error as Error).message;
    }
  };
  assert.match(message(), /must have __metadata__\.flatcheck, got none \(f\)/);
  assert.match(message('{'), /must be JSON/);
  assert.match(message('[]'), /must hold a JSON object/);
  assert.match(
    message(JSON.stringify(meta).replace('"beta":', '"beta":1e999,"x":')),
    /beta must be a finite number|no others/,
  );
  assert.match(message('{"version":1,"version":1}'), /keys must be distinct/);
});

test('tensors', () => {
  const tensors = (message: RegExp, change: (tensors: Parts['tensors']) => void, vector = vae): void =>
    refused(vector, damaged => change(damaged.tensors), message);
  const [x, bias] = [vae.given['input.x']!, vae.given['param.mu.bias']!];
  tensors(/tensor "input\.x" must be there, got none/, t => t.delete('input.x'));
  tensors(/tensor "input\.x" must have the shape \[B, \d+\]/, t =>
    t.set('input.x', tensor([x.data.length], [...x.data])),
  );
  tensors(/tensor "input\.x" .*B at least 1, got \[0,/, t => t.set('input.x', tensor([0, x.shape[1]!], [])));
  for (const name of ['param.mu.bias', 'input.noise', 'expect.loss', 'expect.kl', 'expect.grad.mu.bias'])
    tensors(new RegExp(`tensor "${name}" \\[.*\\] must be there, got none`), t => t.delete(name));
  tensors(/must be those of objective "vae" and its network, got also "param\.extra"/, t =>
    t.set('param.extra', tensor([], [1])),
  );
  tensors(/got also "expect\.penalty"/, t => t.set('expect.penalty', tensor([], [1])));
  tensors(/got also "input\.labels"/, t => t.set('input.labels', tensor([1], [1])));
  tensors(/tensor "expect\.loss" must have the shape \[\], got \[1\]/, t =>
    t.set('expect.loss', tensor([1], [1])),
  );
  tensors(/tensor "param\.mu\.bias" must be F64, got F32/, t =>
    t.set('param.mu.bias', { dtype: 'F32', shape: bias.shape, data: Float32Array.from(bias.data) }),
  );
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    tensors(/tensor "input\.noise" must be finite, got (NaN|-?Infinity) at entry 0/, t =>
      t.get('input.noise')!.data.fill(bad as never),
    );
    tensors(/tensor "expect\.grad\.mu\.bias" must be finite/, t =>
      t.get('expect.grad.mu.bias')!.data.fill(bad as never),
    );
  }
  for (const label of [-1, 1.5, 99])
    tensors(
      /tensor "input\.labels" must hold integers of 0 to \d+, got/,
      t => t.get('input.labels')!.data.fill(label as never),
      sam,
    );
  tensors(
    /"input\.sigma2\.layers\.0\.bias" must not be negative, got -1/,
    t => t.get('input.sigma2.layers.0.bias')!.data.fill(-1 as never),
    golden('vsam-0'),
  );
});

test('too much work is refused before it is begun', () => {
  const big = (latent: number, hidden: number) => (damaged: Parts) => {
    const data = damaged.meta.net.encoder as number[];
    Object.assign(damaged.meta.net, {
      encoder: [data[0], hidden],
      latent,
      decoder: [latent, hidden, data[0]],
    });
  };
  refused(vae, big(300, 2), /net\.latent must be at most 64, got 300/);
  refused(vae, big(60, 1e6), /batch x latents x parameters must be at most 16777216/);
  refused(vae, big(60, 2 ** 53 - 1), /batch x latents x parameters/);
});

test.run();
