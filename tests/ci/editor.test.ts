import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from '../harness.js';

const test = suite('editor settings');

const read = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

test('.editorconfig says what biome.json says', () => {
  const { formatter } = JSON.parse(read('biome.json')) as {
    formatter: { indentStyle: string; indentWidth: number; lineWidth: number };
  };
  const [, everywhere = ''] = /\[\*\]\n([^[]*)/.exec(read('.editorconfig')) ?? [];
  const setting = (key: string): string | undefined =>
    new RegExp(`^${key} = (.*)$`, 'm').exec(everywhere)?.[1];
  assert.equal(
    ['indent_style', 'indent_size', 'max_line_length'].map(setting),
    [formatter.indentStyle, formatter.indentWidth, formatter.lineWidth].map(String),
  );
});

test('.nvmrc is the oldest Node that package.json allows', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  assert.is(read('.nvmrc').trim(), /^>=(\d+)\./.exec(engines.node)?.[1]);
});

test.run();
