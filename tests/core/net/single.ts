/** @file The residual networks of golden/pytorch-nets in single precision, beside float64. */
import { openOnnx, type Provider } from '../../../src/engine/onnx/session.js';
import { trace } from '../../../src/engine/trace.js';
import { norm, run } from '../support.js';
import { caseOf, type Expected, readCases } from './cases.js';
import { digest, digestError } from './formula.js';

/** The smooth ResNet-18 of width 8 in training mode: vae, samba and rae-loss-gradient. */
export const smoothCases = (): Expected[] =>
  readCases().filter(
    ({ spec }) => spec.net === 'resnet' && spec.activation === 'softplus' && spec.mode === 'training',
  );

export interface SingleErrors {
  /** Relative errors of the loss, of all gradients together, and of the worst single tensor's. */
  readonly loss: number;
  readonly gradient: number;
  readonly worst: number;
  /** Of the gradients, from PyTorch's digests in float64. */
  readonly fromPyTorch: number;
}

/** How far a provider's float32 is from our float64, and from PyTorch's. */
export async function singleErrors({ spec, gradients }: Expected, provider: Provider): Promise<SingleErrors> {
  const { inputs, run: traced } = caseOf(spec);
  const exact = run(traced, inputs);
  const program = await openOnnx(trace(traced, inputs), { threads: 2, providers: [provider] });
  const numbers = Object.entries(inputs).map(([name, { values }]) => [name, values] as const);
  const outputs = await program.run(Object.fromEntries(numbers));
  const single = (name: string): Float64Array => Float64Array.from(outputs[name]!.data as Float32Array);
  const names = Object.keys(gradients);
  const pairs = names.map(name => [single(`grad.${name}`), exact[`grad.${name}`]!] as const);
  const differences = pairs.map(([a, b]) => norm(a.map((x, i) => x - b[i]!)));
  const sizes = pairs.map(([, b]) => norm(b));
  const sizeOfDigests = norm(names.map(name => gradients[name]![0]!));
  const errors = names.map(
    (name, i) =>
      digestError(digest(name, pairs[i]![0], gradients[name]!.length - 1), gradients[name]!) *
      gradients[name]![0]!,
  );
  await program.release();
  return {
    loss: Math.abs(single('loss')[0]! - exact.loss![0]!) / Math.abs(exact.loss![0]!),
    gradient: norm(differences) / norm(sizes),
    worst: Math.max(...differences.map((difference, i) => difference / sizes[i]!)),
    fromPyTorch: norm(errors) / sizeOfDigests,
  };
}
