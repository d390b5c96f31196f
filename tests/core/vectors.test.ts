/** @file The objectives against values computed with PyTorch in float64, where the examples are at hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { type DenseSpec, denseAutoencoder } from '../../src/core/net/dense.js';
import { OBJECTIVES, type ObjectiveSpec, objectiveOf } from '../../src/core/objectives/list.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import { suite } from '../harness.js';
import { compiled, type Named, paramsOf, prefixed, relativeError, type Values } from './support.js';

interface Example {
  readonly net: DenseSpec & { readonly kind: string };
  readonly objective: ObjectiveSpec & { readonly variance?: unknown };
  readonly tensors: Named;
}

function read(path: string): Example {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...entries } = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  const tensors = Object.entries(
    entries as Record<string, { shape: number[]; data_offsets: [number, number] }>,
  ).map(
    ([
      name,
      {
        shape,
        data_offsets: [begin, end],
      },
    ]): [string, Values] => {
      const raw = Uint8Array.from(bytes.subarray(8 + length + begin, 8 + length + end));
      return [name, { shape, values: new Float64Array(raw.buffer) }];
    },
  );
  return { ...JSON.parse(__metadata__.flatcheck), tensors: Object.fromEntries(tensors) };
}

/** The largest relative error over loss, terms and gradients. */
function disagreement({ net: spec, objective, tensors }: Example): number {
  const learned = objective.variance === 'learned';
  const net = denseAutoencoder({ ...spec, posterior: learned ? 'diagonal' : 'none' });
  const given = Object.fromEntries(Object.entries(tensors).filter(([name]) => /^(param|input)\./.test(name)));
  const bound = objectiveOf(objective);
  const outputs = compiled(inputs => {
    const { 'input.x': x, 'input.noise': noise } = inputs;
    const batch = noise === undefined ? { x: x! } : { x: x!, noise };
    const { loss, terms, grads } = evaluateWithGradient(bound, net, paramsOf(inputs), batch, objective);
    return { loss, ...terms, ...prefixed('grad.', grads) };
  }, given)(given);
  const errors = Object.entries(tensors)
    .filter(([name]) => name.startsWith('expect.'))
    .map(([name, expected]) => {
      const got = outputs[name.slice('expect.'.length)];
      assert.ok(got, `${name} is not among ${Object.keys(outputs)}`);
      const error = relativeError(got, expected.values);
      assert.ok(error < 1e-12, `${name}: relative error ${error}`);
      return error;
    });
  return Math.max(...errors);
}

const test = suite('core/vectors');
// from dist/tests/core to beside the repository
const folder = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url));
if (existsSync(folder)) {
  for (const file of readdirSync(folder).filter(name => name.endsWith('.safetensors'))) {
    const example = read(folder + file);
    if (example.objective.name in OBJECTIVES)
      test(file, () => {
        const error = disagreement(example);
        console.log(`${file}: largest relative error ${error.toExponential(1)}`);
      });
  }
} else {
  test('left out', () => console.log(`core/vectors: left out, there is no ${folder}`));
}
test.run();
