/** @file Text of unknown origin: no terminal, CI, browser or Markdown reader does what it says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { commandLine } from '../../src/cli/command-line.js';
import { EXIT } from '../../src/cli/exit.js';
import { harmless, protectStreams } from '../../src/cli/protect.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { captured } from './captured.js';
import { ENTRY, oneLine } from './run.js';
import { shards } from './shards.js';

const test = suite('hostile text', 300);

const ESCAPES = '\u001b[2J\u001b]0;title\u0007\u009b31m\b\r\u007f';
const BIDI = '\u202eabc\u2066d\u2069\u200f\u2028e';
const COMMANDS = '\n::error::x\n  ::set-output name=a::b\n##[error]y\n##vso[task.complete]z';
const HTML =
  '<script>alert(1)</script><img src=x onerror=y> ![i](http://evil/p) [l](http://evil) | `c` http://evil';
const HOSTILE = `a${ESCAPES}${BIDI}${COMMANDS}\n${HTML}`;

const OURS = ['\u001b[31m', '\u001b[90m', '\u001b[39m', '\r\u001b[2K'];

/** Nothing that a terminal obeys but tabs and line ends, and what we paint with. */
function harmlessOnes(text: string, terminal: boolean): void {
  const bare = terminal ? OURS.reduce((rest, code) => rest.replaceAll(code, ''), text) : text;
  const found = bare.replaceAll(/[\n\t]/g, '').match(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
  assert.is(found, null, JSON.stringify(found));
  assert.not.match(bare, /^\s*::|##\w*\[/m);
}

test('output: everything is escaped, on a terminal and elsewhere; JSON keeps its meaning', () => {
  for (const terminal of [true, false]) {
    harmlessOnes(harmless(HOSTILE, terminal), terminal);
    harmlessOnes(harmless(`\u001b[31m${ESCAPES}::\u001b[39m`, terminal), terminal);
  }
  assert.is(harmless('\u001b[31mx\u001b[39m\n', true), '\u001b[31mx\u001b[39m\n');
  assert.is(harmless('\u001b[31mx\u001b[39m', false), '\\u001b[31mx\\u001b[39m');
  assert.is(harmless('plain \t\u00b1 \u00e9\n', false), 'plain \t\u00b1 \u00e9\n');
  const value = { text: HOSTILE, '##[x]': BIDI };
  assert.equal(JSON.parse(harmless(JSON.stringify(value, null, 1), false)), value);
});

test('whatever a command prints, by whichever way', async () => {
  for (const terminal of [true, false]) {
    const { stdout, stderr } = await captured(
      async () => {
        const release = protectStreams();
        console.log(HOSTILE);
        console.error(HOSTILE);
        process.stdout.write(HOSTILE);
        release();
        return EXIT.fine;
      },
      { terminal },
    );
    for (const text of [stdout, stderr]) {
      assert.ok(text.includes('\\u001b[2J'));
      harmlessOnes(text, terminal);
    }
  }
});

test('names of files and arguments in errors: one harmless line', async () => {
  const name = HOSTILE.replaceAll(/[/\0]/g, '');
  const commands = [
    [name],
    ['verify', '--claim', name],
    ['verify', '--json-file', join(name, 'x')],
    ['vectors', 'check', name],
    ['train', name],
    ['merge', name],
    ['gate', '--baseline', name, '--current', name],
    ['report', name],
    ['data', 'get', name],
    ['data', 'get', 'mnist', '--from', name],
    ['experiment', name],
    ['verify', '--replay', name],
    ['verify', `--${name}`],
  ];
  for (const args of commands) {
    const ended = await captured(() => commandLine(args, ENTRY), { terminal: true, env: { NO_COLOR: '1' } });
    assert.ok(ended.status !== null && ended.status > 1, `${args[0]}: ${ended.status} ${ended.stderr}`);
    assert.ok(oneLine(ended), ended.stderr);
    harmlessOnes(ended.stdout + ended.stderr, true);
  }
});

test("a shard's strings: terminal, Markdown, JUnit and HTML show them and do nothing", () =>
  inFolder(async folder => {
    const paths = shards(folder, { 'KP-8': 'fail' }, claim => ({
      ...claim,
      says: HOSTILE,
      source: HOSTILE,
      tex: { printed: `\\frac{${HOSTILE}` },
      replay: `flat1.x${ESCAPES}`,
      checks: claim.checks.map(check => ({
        ...check,
        name: HOSTILE + check.name,
        says: `${HOSTILE}\ud800`,
        note: HOSTILE,
        ...(check.failure !== undefined && {
          failure: { case: HOSTILE, expected: '```\n<b>', measured: HOSTILE },
        }),
      })),
      mutants: {
        ...claim.mutants,
        list: claim.mutants.list.map(mutant => ({
          ...mutant,
          name: HOSTILE + mutant.name,
          says: HOSTILE,
          killedBy: mutant.killedBy.map(name => HOSTILE + name),
        })),
      },
    }));
    for (const path of paths) {
      const text = readFileSync(path, 'utf8');
      const versions = JSON.stringify({ [HTML]: HOSTILE });
      writeFileSync(
        path,
        text.replace(/"versions":\{[^}]*\}/, () => `"versions":${versions}`),
      );
    }
    const at = (name: string): string => join(folder, name);
    const files = ['--markdown', at('m.md'), '--junit', at('j.xml'), '--html', at('h.html')];
    const args = ['merge', ...paths, ...files, '--claims-doc', at('c.md')];
    const { status, stdout, stderr } = await captured(() => commandLine(args, ENTRY), { terminal: true });
    assert.equal([status, stderr], [1, '']);
    harmlessOnes(stdout, true);
    assert.ok(stdout.split('\n').every(line => !line.startsWith('##') && !line.startsWith('<')));
    for (const name of ['m.md', 'c.md']) {
      const markdown = readFileSync(at(name), 'utf8');
      harmlessOnes(markdown, false);
      // what stands in a block of code is shown as it is
      const outside = markdown.replaceAll(/^(`{3,}).*\n[\s\S]*?^\1$/gm, '').replaceAll(/`+[^`\n]+`+/g, '');
      assert.not.match(outside.replaceAll(/<\/?(details|summary)>/g, ''), /<[a-z/!?]/i, name);
      assert.not.match(outside, /(?<!\\)\]\(|[a-z]:\/\//, name);
    }
    const xml = readFileSync(at('j.xml'), 'utf8');
    assert.not.match(xml, /^\s*::/m);
    assert.not.match(xml, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
    assert.not.match(xml, /<(script|img)/);
    const page = readFileSync(at('h.html'), 'utf8');
    assert.not.match(page, /<script>alert|<img/);
    assert.ok(page.endsWith('</html>\n') && page.includes('<pre class="tex">'));
  }));

test.run();
