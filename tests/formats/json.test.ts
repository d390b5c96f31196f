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

test('what a file holds does nothing to the terminal: control characters are quoted as escapes', async () => {
  const said = async (text: string): Promise<string> => (await errorOf(() => parseJson(text, 'f'))).message;
  for (const text of ['{\n"a"\u001b[31m}', '[1\u0000]', '"\u0007"', '{"\u009b2J":1,"\u009b2J":2}'])
    assert.match(await said(text), /^[^\p{Cc}]+$/u);
  assert.match(await said('{"\u009b":1,"\u009b":2}'), /got "\\u009b" twice/);
  assert.is(show('a\u007f\n'), '"a\\u007f\\n"');
});

test('no JSON, and values shown in errors', async () => {
  assert.match((await errorOf(() => parseJson('{', 'f'))).message, /^f: must be JSON, got/);
  assert.is(show(undefined), 'nothing');
  assert.is(show('x'.repeat(100)).length, 80);
  assert.equal([isObject([]), isObject(null), isObject({})], [false, false, true]);
});

test.run();
