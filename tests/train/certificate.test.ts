import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import {
  type Certificate,
  readCertificate,
  requireCertificate,
  writeCertificate,
} from '../../src/train/certificate.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';

const test = suite('certificate');
const certificate: Certificate = {
  schema: 1,
  codeDigest: 'abc',
  engine: 'float64',
  claims: { 'SAMBA-18': 'pass', 'SAMBA-22': 'fail', 'SAMBA-1': 'inconclusive' },
  objectives: { samba: ['SAMBA-18'] },
};

test('what is written is read for the same code and engine only; a later run adds to it', () =>
  inFolder(async parent => {
    const folder = join(parent, 'deep', 'cache');
    assert.is(readCertificate(folder, certificate), undefined);
    await writeCertificate(folder, certificate);
    assert.equal(readCertificate(folder, certificate), certificate);
    assert.is(readCertificate(folder, { codeDigest: 'abd', engine: 'float64' }), undefined);
    assert.is(readCertificate(folder, { codeDigest: 'abc', engine: 'onnx-cpu' }), undefined);
    await writeCertificate(folder, {
      ...certificate,
      claims: { 'SAMBA-22': 'pass', 'KP-1': 'pass' },
      objectives: {},
    });
    const merged = readCertificate(folder, certificate)!;
    assert.equal(merged.claims, { ...certificate.claims, 'SAMBA-22': 'pass', 'KP-1': 'pass' });
    assert.equal(merged.objectives, certificate.objectives);
    assert.is(readdirSync(folder).length, 1);
  }));

test('an objective may train when all its claims have passed', () =>
  inFolder(async folder => {
    const require = (claims: string[]) =>
      requireCertificate('samba', { codeDigest: 'abc', engine: 'float64', folder, claims });
    const message = async (claims: string[]): Promise<string> => {
      const error = await errorOf(() => require(claims));
      assert.instance(error, UnavailableError);
      return error.message;
    };
    assert.is(
      await message(['SAMBA-18']),
      "train: the claims behind 'samba' must have passed for this code on float64, got no result for SAMBA-18 - " +
        'run: flatcheck verify --claim SAMBA-18, or train with --unverified',
    );
    await writeCertificate(folder, certificate);
    assert.equal(require(['SAMBA-18']), certificate);
    assert.match(
      await message(['SAMBA-18', 'SAMBA-22']),
      /got fail for SAMBA-22 - run: flatcheck verify --claim SAMBA-22/,
    );
    assert.match(await message(['SAMBA-1']), /got inconclusive for SAMBA-1 - .* --deep/);
    assert.match(await message(['SAMBA-18', 'X', 'toString']), /got no result for X, toString/);
    assert.match(await message([]), /but no claim vouches for it/);
  }));

test('three processes that certify at once lose nothing and tear nothing', () =>
  inFolder(async folder => {
    const COUNT = 12;
    const names = ['a', 'b', 'c'];
    const child = fileURLToPath(new URL('certificate-child.js', import.meta.url));
    const children = names.map(name => fork(child, [folder, name, String(COUNT)], { execArgv: [] }));
    await Promise.all(children.map(of => once(of, 'message')));
    const ended = children.map(of => once(of, 'exit'));
    for (const of of children) of.send('go');
    for (const end of ended) assert.equal(await end, [0, null]);
    const { claims, objectives } = readCertificate(folder, certificate)!;
    const ids = names.flatMap(name => Array.from({ length: COUNT }, (_, i) => `${name}-${i}`)).sort();
    assert.equal(Object.keys(claims).sort(), ids);
    assert.equal(Object.keys(objectives).sort(), ids);
    assert.is(readdirSync(folder).length, 1, 'no lock and no temporary file is left');
  }));

test('a certificate that was changed', () =>
  inFolder(async folder => {
    const path = await writeCertificate(folder, certificate);
    for (const [change, pattern] of [
      [{ claims: { 'SAMBA-18': 'yes' } }, /claims must be an object of outcomes/],
      [{ codeDigest: 'other' }, /codeDigest must be one of abc, got "other"/],
      [{ objectives: { samba: [1] } }, /objectives must be an object of lists of claims/],
      [{ schema: 2 }, /schema must be one of 1, got 2/],
      [{ more: 1 }, /more is not a known key/],
    ] as const) {
      writeFileSync(path, JSON.stringify({ ...certificate, ...change }));
      const error = await errorOf(() => readCertificate(folder, certificate));
      assert.instance(error, InputError);
      assert.match(error.message, pattern);
    }
  }));

test.run();
