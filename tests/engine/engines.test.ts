/** @file What `flatcheck doctor` is told about the engines of this machine. */
import * as assert from 'uvu/assert';
import { ask } from '../../src/engine/engines/ask.js';
import { type EngineStatus, listEngines } from '../../src/engine/engines.js';
import { suite } from '../harness.js';

const test = suite('engines');

let engines: readonly EngineStatus[] = [];

test('every engine is there, or says why not and what to do', async () => {
  engines = await listEngines();
  assert.equal(
    engines.map(({ name }) => name),
    ['float64', 'onnx-cpu', 'webgpu', 'cuda', 'tfjs-cpu', 'tfjs-node-gpu'],
  );
  for (const engine of engines) {
    if (engine.available) assert.ok(engine.version !== '' && engine.threads >= 1, engine.name);
    else
      assert.ok(engine.why !== '' && engine.todo !== '' && !/\n/.test(engine.why + engine.todo), engine.name);
  }
});

test('precision is measured', () => {
  for (const [name, least, most] of [
    ['float64', 1e-17, 1e-14],
    ['onnx-cpu', 1e-9, 1e-5],
    ['tfjs-cpu', 1e-9, 1e-5],
  ] as const) {
    const engine = engines.find(status => status.name === name)!;
    assert.ok(engine.available, name);
    assert.ok(engine.precision > least && engine.precision < most, `${name}: ${engine.precision}`);
  }
});

test('a probe that crashes, hangs or says nothing does not end this process', async () => {
  const script = new URL('./engines-probe.js', import.meta.url);
  assert.equal(await ask(script, 'webgpu'), { error: 'the probe ended with SIGSEGV: ' });
  assert.equal(await ask(script, 'float64'), { error: 'the probe ended with exit code 7: cannot go on' });
  assert.equal(await ask(script, 'cuda'), { error: 'the probe ended without an answer' });
  assert.equal(await ask(script, 'tfjs-node-gpu', 0.5), { error: 'no answer within 0.5 s' });
});

test.run();
