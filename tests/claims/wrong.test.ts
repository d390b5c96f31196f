import * as assert from 'uvu/assert';
import * as wrong from '../../src/claims/wrong.js';
import { suite } from '../harness.js';

const SUBJECT = {
  area: (radius: number) => Math.PI * radius ** 2,
  net: { act: (x: number) => Math.max(0, x), bias: 1 },
};

const test = suite('claims/wrong');

test('a wrong formula takes the place of the one named, and of nothing else', () => {
  const mutants = wrong.formula(SUBJECT, 'area', {
    squareForgotten: ['pi r', radius => Math.PI * radius],
    doubled: ['2 pi r^2', radius => 2 * SUBJECT.area(radius), 'no proof'],
  });
  assert.equal(Object.keys(mutants), ['squareForgotten', 'doubled']);
  assert.is(mutants.squareForgotten.says, 'pi r');
  assert.is(mutants.squareForgotten.equivalent, undefined);
  assert.is(mutants.doubled.equivalent, 'no proof');
  const changed = mutants.squareForgotten.change(SUBJECT);
  assert.is(changed.area(3), 3 * Math.PI);
  assert.is(changed.net, SUBJECT.net);
  assert.is(SUBJECT.area(3), 9 * Math.PI);
});

const WRONG = {
  linear: ['no rectification', { act: (x: number) => x }],
  noBias: ['no bias', { bias: 0 }],
} as const;

test('wrong rules take the place of those of the same name, made once for all checks', () => {
  const { linear, noBias } = wrong.rules(SUBJECT, 'net', WRONG);
  assert.is(linear.change(SUBJECT).net.act(-1), -1);
  assert.is(linear.change(SUBJECT).net.bias, 1);
  assert.is(noBias.change(SUBJECT).net.act(-1), 0);
  assert.is(linear.change(SUBJECT).net, linear.change(SUBJECT).net);
  assert.is(linear.change(SUBJECT).area, SUBJECT.area);
});

test('of the entries named only', () => {
  const chosen = wrong.rules(SUBJECT, 'net', WRONG, ['noBias']);
  assert.equal(Object.keys(chosen), ['noBias']);
  assert.is(chosen.noBias.change(SUBJECT).net.bias, 0);
});

test("an objective's own mistakes, whose rules stay the same object", () => {
  const halved = { ...SUBJECT.net, bias: 0.5 };
  const mistakes = { halfBias: { says: 'half of the bias', rules: halved } };
  const { halfBias } = wrong.rules(SUBJECT, 'net', mistakes);
  assert.is(halfBias.says, 'half of the bias');
  assert.is(halfBias.change(SUBJECT).net, halved);
});

test.run();
