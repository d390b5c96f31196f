/**
 * @file Cases per second of the SAMBA-18+22 check (random tanh decoder 6 -> 16 -> 12, eight steps, z- and
 * theta-gradient) on one thread, beside the same check in PyTorch float64 where torch is installed.
 */
import * as tf from '@tensorflow/tfjs';
import { stream } from '../src/claims/random.js';
import { gradients } from '../src/core/derivatives.js';
import type { Autoencoder, Params } from '../src/core/net/network.js';
import type { Objective } from '../src/core/objectives/objective.js';
import { makeRaeLossGradient } from '../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba } from '../src/core/objectives/samba/samba.js';
import { compileFloat64 } from '../src/engine/float64/compile.js';
import { sizeOf } from '../src/engine/graph/graph.js';
import { trace } from '../src/engine/trace.js';
import { type Ratio, runPeer } from './peer.js';
import { median, range } from './spread.js';

const LATENT = 6;
const HIDDEN = 16;
const DATA = 12;
const STEPS = Array.from({ length: 8 }, (_, k) => 2 ** -(4 + k));

/** One free code and a tanh decoder: what the check is about, without an encoder. */
const NET: Autoencoder = {
  data: [DATA],
  latent: LATENT,
  posterior: 'none',
  shapes: { code: [1, LATENT], w1: [HIDDEN, LATENT], b1: [HIDDEN], w2: [DATA, HIDDEN], b2: [DATA] },
  fanIn: {},
  encode: params => ({ mean: params.code!, scale: { kind: 'none' } }),
  decode: (params, z) => {
    const hidden = tf.tanh(tf.add(tf.matMul(z, params.w1!, false, true), params.b1!));
    return tf.add(tf.matMul(hidden, params.w2!, false, true), params.b2!);
  },
};

/** The gradient of an objective with one hyper-parameter left as the input `step`, compiled. */
function gradientProgram<Hyper>(objective: Objective<Hyper>, hyper: (step: tf.Tensor) => Hyper) {
  const specs = Object.fromEntries(Object.entries(NET.shapes).map(([name, shape]) => [name, { shape }]));
  const graph = trace(
    ({ x, step, ...params }) =>
      gradients((at: Params) => {
        const { loss, terms } = objective.evaluate(NET, at, { x: x! }, hyper(step!));
        return { loss, aux: terms };
      }, params as Params).grads as Record<string, tf.Tensor>,
    { x: { shape: [1, DATA] }, step: { shape: [] }, ...specs },
  );
  return compileFloat64(graph, { borrow: true });
}

const names = Object.keys(NET.shapes);
const sam = gradientProgram(makeSamba(), alpha2 => ({
  rec: 'mean' as const,
  beta: 0,
  variance: { fixed: alpha2 },
}));
const rae = gradientProgram(makeRaeLossGradient(), lambda => ({ rec: 'mean' as const, beta: 0, lambda }));

function normals(random: ReturnType<typeof stream>, size: number): Float64Array {
  return Float64Array.from({ length: size }, () => random.normal());
}

const copy = (arrays: Record<string, Float64Array>): Record<string, Float64Array> =>
  Object.fromEntries(names.map(name => [name, arrays[name]!.slice()]));

/** Whether both residuals of one random case fall with slope two. */
function runCase(seed: number): boolean {
  const random = stream(seed, 'bench-orders');
  const inputs: Record<string, Float64Array> = { x: normals(random, DATA), step: Float64Array.of(0) };
  for (const name of names) inputs[name] = normals(random, sizeOf(NET.shapes[name]!));
  const plain = copy(rae.run(inputs));
  const penalised = copy(rae.update({ step: Float64Array.of(1) }));
  let previous = [0, 0];
  let slopes = [0, 0];
  for (const [k, rho] of STEPS.entries()) {
    const alpha2 = Float64Array.of((rho * rho) / LATENT);
    const got = k === 0 ? sam.run({ ...inputs, step: alpha2 }) : sam.update({ step: alpha2 });
    const squared = [0, 0];
    for (const name of names) {
      const [g, g0, g1] = [got[name]!, plain[name]!, penalised[name]!];
      let sum = 0;
      for (let i = 0; i < g.length; i++) sum += (g[i]! - g0[i]! - rho * (g1[i]! - g0[i]!)) ** 2;
      squared[name === 'code' ? 0 : 1]! += sum;
    }
    slopes = squared.map((value, j) => Math.log2(previous[j]! / value) / 2);
    previous = squared;
  }
  return slopes.every(slope => Math.abs(slope - 2) < 0.2);
}

/** Measures for a few seconds, interleaved with the peer; prints both rates and their ratio. */
export function orders(): Ratio[] {
  const rounds = 3;
  const count = 3000;
  for (let seed = 0; seed < 500; seed++) runCase(seed); // the JIT compiler's warm-up
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    let passed = 0;
    for (let seed = 1; seed <= count; seed++) if (runCase(seed)) passed++;
    ours.push((1000 * count) / (performance.now() - start));
    if (passed < 0.99 * count) throw new Error(`orders: only ${passed} of ${count} cases had slope two`);
    const peer = runPeer('torch_orders.py', ['500']);
    if (peer !== null) theirs.push(peer.perSecond as number);
  }
  const list = (rates: readonly number[]): string => rates.map(rate => rate.toFixed(0)).join(', ');
  console.log(`flatcheck: ${median(ours).toFixed(0)} cases/s on one thread (${list(ours)})`);
  if (theirs.length === 0) {
    console.log('PyTorch:   not measured: no Python here can import torch (set PYTHON)');
    return [];
  }
  const ratios = theirs.map((rate, round) => rate / ours[round]!);
  console.log(`PyTorch:   ${median(theirs).toFixed(0)} cases/s on one thread (${list(theirs)})`);
  console.log(`ours is ${(1 / median(ratios)).toFixed(1)} times PyTorch's rate`);
  return [
    { name: 'orders: time of a case over that in PyTorch', value: median(ratios), spread: range(ratios) },
  ];
}
