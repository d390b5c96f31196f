import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { type Event, launchLocally } from '../../src/cli/experiment/local.js';
import { makeFolder } from '../../src/formats/atomic.js';
import { lockFolder } from '../../src/formats/lock.js';
import { runFolder } from '../../src/train/experiment/folder.js';
import { statusOf } from '../../src/train/experiment/status.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { COMPUTED, open, PLAN, TRAINED } from '../train/experiment/tiny.js';

const test = suite('local launcher', 300);

const CHILD = fileURLToPath(new URL('./experiment-child.js', import.meta.url));

const launch = (
  out: string,
  onEvent: (event: Event) => void,
  { plan = PLAN, signal = new AbortController().signal, failing = 'none', jobs = 2 } = {},
) => launchLocally({ plan, out, jobs, childArgs: [out, failing], program: CHILD, signal, onEvent });

const kinds = (events: readonly Event[], kind: Event['kind']): string[] =>
  events.flatMap(event => (event.kind === kind && 'run' in event ? [event.run.id] : []));

/** Enough where it does not matter how many there are: a process each takes its second. */
const TWO = [TRAINED, COMPUTED];

const complete = (out: string, plan = PLAN): boolean =>
  plan.every(run => statusOf(runFolder(out, run.id), run) === 'complete');

/** How often each run was begun or resumed, from its provenance. */
const sessions = (out: string): number[] =>
  PLAN.map(({ id }) => {
    const text = readFileSync(join(runFolder(out, id), 'provenance.json'), 'utf8');
    return (JSON.parse(text) as { sessions: unknown[] }).sessions.length;
  });

test('two launchers at once share the runs: all are done, none twice, no error', () =>
  inFolder(async out => {
    open(out);
    const [first, second]: [Event[], Event[]] = [[], []];
    const failed = await Promise.all([
      launch(out, event => first.push(event)),
      launch(out, event => second.push(event)),
    ]);
    const errors = [...first, ...second].flatMap(event => (event.kind === 'failed' ? [event.error] : []));
    assert.equal([failed, errors], [[[], []], []]);
    assert.ok(complete(out));
    const finished = [...kinds(first, 'finished'), ...kinds(second, 'finished')];
    assert.equal(new Set(finished), new Set(PLAN.map(({ id }) => id)));
    assert.equal(
      sessions(out),
      PLAN.map(() => 1),
    );
    const again: Event[] = [];
    await launch(out, event => again.push(event));
    assert.equal(again, []);
  }));

test('a child that fails is named, the others go on', () =>
  inFolder(async out => {
    open(out);
    const events: Event[] = [];
    const failed = await launch(out, event => events.push(event), { plan: TWO, failing: COMPUTED.id });
    assert.equal(failed, [1]);
    const failure = events.find(event => event.kind === 'failed');
    assert.ok(failure?.kind === 'failed' && failure.error === 'this one fails', JSON.stringify(failure));
    assert.equal(kinds(events, 'finished'), [TRAINED.id]);
    assert.not(complete(out, TWO));
  }));

test('interrupted, the children stop with a checkpoint; the next call goes on', () =>
  inFolder(async out => {
    open(out);
    const controller = new AbortController();
    const events: Event[] = [];
    const failed = await launch(
      out,
      event => {
        events.push(event);
        if (event.kind === 'progress' && event.done >= 3) controller.abort();
      },
      { plan: TWO, signal: controller.signal },
    );
    assert.equal(failed, []);
    assert.ok(!complete(out, TWO));
    assert.ok(kinds(events, 'stopped').length > 0);
    for (const id of kinds(events, 'stopped')) {
      // one that was stopped before it began has no folder
      const names = existsSync(runFolder(out, id)) ? readdirSync(runFolder(out, id)) : [];
      assert.ok(!names.some(name => name.startsWith('.')), names.join()); // no lock, nothing half-written
      const begun = events.some(event => event.kind === 'progress' && event.run.id === id);
      assert.is(names.includes('checkpoint.safetensors'), begun, names.join());
    }
    assert.equal(await launch(out, () => {}, { plan: TWO }), []);
    assert.ok(complete(out, TWO));
  }));

test('a run that another process has is waited for, and taken over when that process lets go', () =>
  inFolder(async out => {
    open(out);
    const folder = runFolder(out, TRAINED.id);
    makeFolder('test', folder);
    const release = await lockFolder('test', folder);
    let waited = false;
    const onEvent = (event: Event): void => {
      if (event.kind !== 'waiting' || waited) return;
      waited = true;
      assert.is(event.runs, 1);
      release();
    };
    await launch(out, onEvent, { plan: TWO });
    assert.ok(waited);
    assert.ok(complete(out, TWO));
  }));

test('a launcher killed with its children: the same call completes every run', () =>
  inFolder(async out => {
    open(out);
    const pids: number[] = [];
    // a child killed outright counts as failed here; the next call takes it up
    const { fork } = await import('node:child_process');
    const child = fork(CHILD, [out, 'none', '--only', TRAINED.id], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    pids.push(child.pid!);
    await new Promise<void>(resolve =>
      child.on('message', message => {
        if ((message as { done?: number }).done === 9) {
          child.kill('SIGKILL');
          resolve();
        }
      }),
    );
    await new Promise(resolve => child.once('exit', resolve));
    appendFileSync(join(runFolder(out, TRAINED.id), 'metrics.jsonl'), '{"kind":"st'); // half a line
    assert.equal(await launch(out, () => {}, { plan: [TRAINED] }), []);
    assert.ok(complete(out, [TRAINED]));
  }));

test.run();
