import * as assert from 'uvu/assert';
import { suite } from '../harness.js';

const test = suite('rooms');

type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

interface Room {
  readonly room: string;
  readonly files?: string;
  readonly holds: string;
  readonly imports: readonly string[];
}

interface Module {
  readonly source: string;
  readonly dependencies: readonly { readonly resolved: string }[];
}

interface Script {
  arrowsBetween(rooms: readonly Room[], modules: readonly Module[]): Arrows;
  circleIn(arrows: Arrows): string[] | undefined;
  withoutDetours(arrows: Arrows): Arrows;
  picture(rooms: readonly Room[], arrows: Arrows): string;
  withPicture(document: string, drawn: string): string;
}

const script: Script = await import(new URL('../../../ci/rooms.mjs', import.meta.url).href);

const arrows = (record: Readonly<Record<string, string>>): Arrows =>
  new Map(Object.entries(record).map(([from, to]) => [from, new Set(to)]));

const plain = (found: Arrows) => Object.fromEntries([...found].map(([from, to]) => [from, [...to].join('')]));

test('a circle of rooms is found, however long, and named', () => {
  assert.is(script.circleIn(arrows({ a: 'bc', b: 'c', c: 'd', d: '' })), undefined);
  assert.equal(script.circleIn(arrows({ a: 'b', b: 'cd', c: '', d: 'b' })), ['b', 'd', 'b']);
  assert.equal(script.circleIn(arrows({ a: 'b', b: 'c', c: 'd', d: 'a' })), ['a', 'b', 'c', 'd', 'a']);
});

test('arrows are between rooms, by the files of each', () => {
  const rooms = [
    { room: 'a', holds: '', imports: [] },
    { room: 'a/b', files: '^b/', holds: 'things', imports: ['a'] },
  ];
  const modules = [
    { source: 'b/x.ts', dependencies: [{ resolved: 'a/y.ts' }, { resolved: 'b/z.ts' }] },
    { source: 'a/y.ts', dependencies: [{ resolved: 'node_modules/z.js' }] },
    { source: 'tests/y.ts', dependencies: [{ resolved: 'b/x.ts' }] },
  ];
  const found = script.arrowsBetween(rooms, modules);
  assert.equal(
    [...found].map(([from, to]) => [from, [...to]]),
    [
      ['a', []],
      ['a/b', ['a']],
    ],
  );
  const drawn = script.picture(rooms, found);
  assert.match(drawn, /^ {2}a_b\["a\/b"\]\n {2}a_b --> a$/m);
  assert.match(drawn, /^\| `a\/b` \| things \| `a` \|$/m);
  assert.match(drawn, /^\| `a` \| {2}\| nothing of ours \|$/m);
});

test('arrows that follow from others are left out', () => {
  assert.equal(plain(script.withoutDetours(arrows({ a: 'bcd', b: 'c', c: 'd', d: '' }))), {
    a: 'b',
    b: 'c',
    c: 'd',
    d: '',
  });
  assert.equal(plain(script.withoutDetours(arrows({ a: 'bc', b: 'd', c: 'd', d: '' }))), {
    a: 'bc',
    b: 'd',
    c: 'd',
    d: '',
  });
});

test('a picture replaces the one before it, and a document without its marks is refused', () => {
  const [begin, end] = ['<!-- rooms: drawn by npm run picture -->', '<!-- end of rooms -->'];
  const once = script.withPicture(`head\n${begin}\nold\n${end}\ntail\n`, 'new');
  assert.is(once, `head\n${begin}\n\nnew\n\n${end}\ntail\n`);
  assert.is(script.withPicture(once, 'new'), once);
  assert.throws(() => script.withPicture('head\n', 'new'), /must hold the marks/);
});

test.run();
