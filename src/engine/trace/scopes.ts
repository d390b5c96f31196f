/** @file tfjs operations that run on kernels we can trace but mean something a static graph cannot hold. */
import * as tf from '@tensorflow/tfjs';

const RANDOM = 'random numbers would become constants - pass them as inputs';
const WRONG = 'its second derivative is wrong in tfjs';

const REFUSED: Readonly<Record<string, string>> = {
  rand: RANDOM,
  randomGamma: RANDOM,
  randomNormal: RANDOM,
  randomStandardNormal: RANDOM,
  randomUniform: RANDOM,
  randomUniformInt: RANDOM,
  truncatedNormal: RANDOM,
  dropout: RANDOM,
  logSoftmax: `${WRONG} - use logSoftmax of engine/ops`,
  softmaxCrossEntropy: `${WRONG} - compose it with logSoftmax of engine/ops`,
};

/** Refuses to record inside one of those operations; tfjs names the scope of each op `<op>__op`. */
export function checkScopes(): void {
  for (const { name } of tf.engine().state.scopeStack) {
    const why = name.endsWith('__op') ? REFUSED[name.slice(0, -4)] : undefined;
    if (why !== undefined) throw new Error(`trace: tf.${name.slice(0, -4)} cannot be traced: ${why}`);
  }
}
