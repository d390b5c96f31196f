import * as assert from 'uvu/assert';
import { checkVector } from '../../src/vectors/check.js';
import { relativeError } from '../../src/vectors/compare.js';
import { evaluateMistaken } from '../../src/vectors/evaluate.js';
import { failureLines } from '../../src/vectors/result.js';
import { suite } from '../harness.js';
import { changed, golden, problem, vectorOf } from './support.js';

const test = suite('vectors/check');
const numbers = (...values: number[]): Float64Array => Float64Array.from(values);

test('the error is that of the norms, and an absolute one where the expected is tiny', () => {
  assert.is(relativeError(numbers(3, 4), numbers(3, 4)), 0);
  assert.ok(Math.abs(relativeError(numbers(3, 4 + 5e-9), numbers(3, 4)) - 1e-9) < 1e-16);
  assert.ok(relativeError(numbers(0.9e-12, 0), numbers(0, 0)) < 1e-9);
  assert.ok(relativeError(numbers(1.1e-12, 0), numbers(0, 5e-13)) > 1e-9);
  assert.is(relativeError(numbers(), numbers()), 0);
});

test('the error neither overflows nor hides what is not finite', () => {
  assert.ok(relativeError(numbers(1e300, 1e300), numbers(1e300, 1e300 * (1 + 1e-12))) < 1e-11);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.is(relativeError(numbers(1, bad), numbers(1, 1)), Number.POSITIVE_INFINITY);
  assert.is(relativeError(numbers(Number.NaN), numbers(0)), Number.POSITIVE_INFINITY);
});

test('one gradient entry off by 3e-6 of its norm fails, and the tensor is named', () => {
  for (const id of ['random-sam-0', 'grae-1', 'vae-0']) {
    const right = golden(id);
    const gradients = Object.keys(right.expected).filter(tensor => tensor.startsWith('expect.grad.'));
    for (const name of id === 'random-sam-0' ? gradients : gradients.slice(0, 1)) {
      const wrong = changed(right, name, data => {
        data[data.length - 1]! += 3e-6 * Math.hypot(...data);
      });
      const { pass, worst, disagreeing, maxRelativeError, diagnosis } = checkVector(wrong);
      assert.not.ok(pass, `${id} ${name}`);
      assert.is(worst, name);
      assert.equal(disagreeing, [name]);
      assert.ok(Math.abs(maxRelativeError / 3e-6 - 1) < 1e-3);
      assert.equal(diagnosis, { suspects: [], note: `only ${name} disagrees, all else is right` });
    }
  }
});

test('a wrong loss or term alone is seen, too', () => {
  for (const name of ['expect.loss', 'expect.kl', 'expect.reconstruction']) {
    const wrong = changed(golden('samba-1'), name, data => {
      data[0]! *= 1 + 2e-9;
    });
    assert.equal(checkVector(wrong).disagreeing, [name]);
  }
});

test('a vector that is wrong on purpose passes when it is rejected, and fails when it is right', () => {
  const right = golden('vae-0');
  const wrong = changed(right, 'expect.loss', data => {
    data[0]! += 1;
  });
  assert.ok(checkVector({ ...wrong, flaw: 'the loss is off' }).pass);
  const accepted = checkVector({ ...right, flaw: 'nothing' });
  assert.not.ok(accepted.pass);
  assert.not.ok(accepted.valid);
  assert.match(
    failureLines({ file: 'f', ...accepted }).join('\n'),
    /accepted although it is wrong on purpose: nothing/,
  );
});

test('what overflows cannot be judged, and never passes', () => {
  const { given, ...rest } = golden('vae-0');
  const x = { shape: given['input.x']!.shape, data: given['input.x']!.data.map(() => 1e200) };
  const vector = { ...rest, given: { ...given, 'input.x': x } };
  for (const flaw of [undefined, 'some']) {
    const check = checkVector(flaw === undefined ? vector : { ...vector, flaw });
    assert.not.ok(check.pass);
    assert.is(check.maxRelativeError, Number.POSITIVE_INFINITY);
    assert.match(failureLines({ file: 'f', ...check }).join('\n'), /not finite|overflows/);
  }
});

test('single precision is recognised, with a mistake or without', () => {
  const question = problem('samba', 1);
  const float = (vector: ReturnType<typeof vectorOf>) =>
    Object.keys(vector.expected).reduce(
      (v, name) => changed(v, name, data => data.set(Float32Array.from(data))),
      vector,
    );
  const plain = checkVector(float(vectorOf(question)));
  assert.not.ok(plain.pass);
  assert.match(plain.diagnosis?.note ?? '', /float32/);
  assert.equal(plain.diagnosis?.suspects, []);
  const mistaken = checkVector(float(vectorOf(question, evaluateMistaken(question, 'noDetach')!)));
  assert.equal(
    mistaken.diagnosis?.suspects.map(({ mistake }) => mistake),
    ['noDetach'],
  );
});

test('what is wrong, in words', () => {
  const question = problem('samba', 3);
  const wrong = vectorOf(question, evaluateMistaken(question, 'covarianceForRoot')!);
  const text = failureLines({ file: 'a', ...checkVector(wrong) }).join('\n');
  assert.match(text, /consistent with Sigma in place of sqrt\(Sigma\)/);
  assert.match(text, /expect\.loss: relative error/);
  const unknown = changed(
    changed(vectorOf(question), 'expect.loss', data => data.fill(7)),
    'expect.kl',
    data => data.fill(8),
  );
  assert.match(
    failureLines({ file: 'a', ...checkVector(unknown) }).join('\n'),
    /none of the known mistakes explains it/,
  );
});

test.run();
