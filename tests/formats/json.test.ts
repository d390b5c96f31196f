import * as assert from 'uvu/assert';
import { InputError } from '../../src/formats/input-error.js';
import { isObject, parseJson, show } from '../../src/formats/json.js';
import { suite } from '../harness.js';
import { errorOf } from './temporary.js';

const test = suite('JSON');

test('what JSON.parse reads, we read', () => {
  for (const text of ['1', '"a:{"', '[{"a":1},{"a":2}]', '{"a\\"b":{"c":[]},"c":"\\\\"}', ' null '])
    assert.equal(parseJson(text, 'f'), JSON.parse(text));
});

test('duplicate keys, however spelled', async () => {
  for (const text of ['{"a":1,"a":2}', '{"b":[{"a":1,"\\u0061":2}]}', '{"a":{"x":"}"},"a":0}']) {
    const error = await errorOf(() => parseJson(text, 'f'));
    assert.instance(error, InputError);
    assert.match(error.message, /f: keys must be distinct, got "a" twice at character/);
  }
});

test('no JSON, and values shown in errors', async () => {
  assert.match((await errorOf(() => parseJson('{', 'f'))).message, /^f: must be JSON, got/);
  assert.is(show(undefined), 'nothing');
  assert.is(show('x'.repeat(100)).length, 80);
  assert.equal([isObject([]), isObject(null), isObject({})], [false, false, true]);
});

test.run();
