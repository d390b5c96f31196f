/**
 * @file The webgpu engine: gradients of the smooth ResNet-18 against float64, and training. It needs a GPU,
 * or a Vulkan driver in software: `node ci/webgpu.mjs` gets one. Without either nothing is tested here, and a
 * line says so.
 */
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { engineStatus } from '../../src/engine/engines.js';
import { train } from '../../src/train/train.js';
import { singleErrors, smoothCases } from '../core/net/single.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { bits, optionsFor, stopAfter, tiny } from '../train/tiny.js';

const TOLERANCE = 1e-5;
/** A driver in software is slow. */
const test = suite('engine/webgpu', 900);

const status = await engineStatus('webgpu');

const OBJECTIVES = [
  { name: 'vae', rec: 'sum', beta: 0.1, variance: { fixed: 0.01 } },
  { name: 'samba', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } },
  { name: 'rae-loss-gradient', rec: 'sum', beta: 0.1, lambda: 0.3 },
];
const CONV = { kind: 'conv', channels: [4, 8], latent: 4, activation: 'softplus' };

function register(): void {
  for (const expected of smoothCases())
    test(`${expected.spec.objective}: gradients to 1e-5`, async () => {
      const errors = await singleErrors(expected, 'webgpu');
      console.log(JSON.stringify(errors));
      for (const [what, error] of Object.entries(errors))
        assert.ok(error > 0 && error < TOLERANCE, `${what}: ${error}`);
    });

  for (const objective of OBJECTIVES)
    test(`${objective.name}: training follows float64, conforms, and goes on with the same bits`, () =>
      inFolder(async folder => {
        const changes = { objective, net: CONV, steps: 8, checkpointEvery: 4 };
        const at = (name: string): string => join(folder, name);
        const config = tiny({ ...changes, engine: 'webgpu' });
        const notes: string[] = [];
        const onNote = (note: string): void => void notes.push(note);
        const got = await train(config, optionsFor(at('whole'), { onNote }));
        assert.match(notes.join('\n'), /engine webgpu agrees with float64 on the first records/);
        const exact = await train(tiny({ ...changes, engine: 'float64' }), optionsFor(at('exact')));
        for (const [name, value] of Object.entries(exact.validation!.numbers)) {
          const error = Math.abs(got.validation!.numbers[name]! - value) / Math.abs(value);
          assert.ok(error > 0 && error < 1e-4, `${name}: ${error}`);
        }
        await train(config, optionsFor(at('parts'), stopAfter(3)));
        await train(config, optionsFor(at('parts')));
        assert.equal(bits(at('parts')), bits(at('whole')));
      }));
}

if (status.available) register();
else {
  console.log(
    `SKIPPED: engine/webgpu was NOT tested: ${status.why} (node ci/webgpu.mjs gets a driver in software)`,
  );
  if (process.env.FLATCHECK_WEBGPU === 'required')
    test('the engine is here', () => assert.unreachable(`webgpu: ${status.why}`));
}

test.run();
