/**
 * @file The one place that loads ONNX Runtime, and sees to it first that it tells nobody. Version 1.30
 * reports to its vendor from the first session on (a host is looked up, a device id and a database are left
 * below the home folder, a log in the temporary folder) unless the environment of the process says no. It
 * reads that environment once and for all.
 */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { UnavailableError } from '../../formats/input-error.js';

type Runtime = typeof import('onnxruntime-node');

const VARIABLE = 'ORT_DISABLE_TELEMETRY';

/**
 * The process as native code sees it: a worker thread's `process.env` is a copy, which native code never
 * reads.
 */
function nativeView(): { readonly silent: boolean; readonly loaded: boolean } {
  const { report } = process as { report?: NodeJS.ProcessReport & { excludeNetwork?: boolean } };
  if (report === undefined) return { silent: false, loaded: false };
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // else the report looks up the names of open connections
  try {
    const { environmentVariables, sharedObjects } = report.getReport() as {
      environmentVariables?: Readonly<Record<string, string>>;
      sharedObjects?: readonly string[];
    };
    return {
      silent: environmentVariables?.[VARIABLE] === '1',
      loaded: sharedObjects?.some(path => /[\\/](lib)?onnxruntime[^\\/]*$/.test(path)) ?? false,
    };
  } finally {
    report.excludeNetwork = before ?? false;
  }
}

/**
 * Sets the variable where this can still do something. Returns why it cannot, or undefined when ONNX Runtime
 * will be silent.
 */
function silence(): string | undefined {
  if (isMainThread && process.env[VARIABLE] === '1') return undefined;
  const { silent, loaded } = nativeView();
  if (silent) return undefined;
  if (loaded) return 'something else in this process loaded onnxruntime-node before flatcheck';
  const given = process.env[VARIABLE];
  process.env[VARIABLE] = '1';
  if (isMainThread || nativeView().silent) return undefined;
  if (given === undefined) delete process.env[VARIABLE];
  else process.env[VARIABLE] = given;
  return 'a worker thread cannot set it for the process';
}

/** Decided when flatcheck is loaded: what is set later, by whomever, may come too late. */
const refusal = silence();

let loaded: Runtime | undefined;

/**
 * ONNX Runtime, loaded at the first call.
 * @throws UnavailableError where it cannot be kept from reporting to its vendor
 */
export function onnxRuntime(): Runtime {
  if (refusal !== undefined)
    throw new UnavailableError(
      `onnx: ONNX Runtime would report to its vendor, and ${refusal} - set ${VARIABLE}=1 in the environment that starts the ` +
        'process, or import flatcheck first in its main thread',
    );
  loaded ??= createRequire(import.meta.url)('onnxruntime-node') as Runtime;
  return loaded;
}
