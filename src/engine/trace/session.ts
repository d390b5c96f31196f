/** @file tfjs switched to recording for a while, and back. */
import * as tf from '@tensorflow/tfjs';
import { TRACE_BACKEND } from '../gradients/constant.js';
import { type Recording, startRecording, stopRecording, TracedData } from './recording.js';

/** Lets go of what an aborted gradient had kept for its backward pass. */
function dropTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = [];
}

/** Variables made inside a trace end with it; one from outside must not have been assigned. */
function settleVariables(before: ReadonlySet<tf.Variable>): void {
  const variables = Object.values(tf.engine().registeredVariables);
  for (const variable of variables) if (!before.has(variable)) variable.dispose();
  const assigned = variables.find(variable => before.has(variable) && variable.dataId instanceof TracedData);
  if (assigned !== undefined)
    throw new Error(
      `trace: variables must not be assigned while tracing, got '${assigned.name}', whose value is ` +
        'lost - pass state as inputs and outputs',
    );
}

/** The name of tfjs's backend; asking for the instance makes tfjs choose one if it has not done so yet. */
function chosenBackend(): string {
  if (tf.getBackend() === undefined) tf.backend();
  return tf.getBackend();
}

/** Runs `body` with tfjs recording into `into`; afterwards tfjs's backend and tensors are as they were. */
export function recordInto(into: Recording, body: () => void): void {
  const engine = tf.engine();
  if (engine.state.gradientDepth > 0) throw new Error('trace: a trace cannot be started inside a gradient');
  const before = chosenBackend();
  const variables = new Set(Object.values(engine.registeredVariables));
  startRecording(into);
  // The promise is settled already: only backends that load asynchronously are awaited.
  void tf.setBackend(TRACE_BACKEND);
  try {
    engine.tidy(() => {
      body();
    });
  } catch (error) {
    dropTape();
    throw error;
  } finally {
    stopRecording();
    void tf.setBackend(before);
    settleVariables(variables);
  }
}
