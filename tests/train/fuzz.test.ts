import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { parseJson } from '../../src/formats/json.js';
import { readCertificate, writeCertificate } from '../../src/train/certificate.js';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.js';
import { configJson, parseConfig } from '../../src/train/config.js';
import { fuzz } from '../formats/fuzz.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { tiny } from './tiny.js';

const test = suite('fuzz of run files');

test('a damaged checkpoint is refused, or holds what was written', () =>
  inFolder(folder => {
    const path = join(folder, 'a.safetensors');
    const shapes = { 'param.a': [2, 3], 'state.step': [] };
    const carried = { 'param.a': Float32Array.of(1, 2, 3, 4, 5, 6), 'state.step': Float32Array.of(7) };
    const written = {
      step: 7,
      metrics: { bytes: 80, sum: 'a' },
      configDigest: 'c',
      origin: 'o',
      verified: true,
      carried,
    };
    writeCheckpoint(path, written, shapes);
    return fuzz('checkpoint', readFileSync(path), bytes => {
      writeFileSync(path, bytes);
      assert.equal(readCheckpoint(path, 'c', shapes, 'F32'), written);
    });
  }));

test('configuration', () =>
  fuzz('config', Buffer.from(JSON.stringify(configJson(tiny()))), bytes =>
    parseConfig(parseJson(Buffer.from(bytes).toString('latin1'), 'fuzz'), 'fuzz'),
  ));

test('certificate', () =>
  inFolder(async folder => {
    const certificate = {
      schema: 1,
      codeDigest: 'a',
      engine: 'float64',
      claims: { X: 'pass', Y: 'fail' },
      objectives: { vae: ['X'] },
    } as const;
    await writeCertificate(folder, certificate);
    const path = join(folder, readdirSync(folder)[0]!);
    return fuzz('certificate', readFileSync(path), bytes => {
      writeFileSync(path, bytes);
      readCertificate(folder, certificate);
    });
  }));

test.run();
