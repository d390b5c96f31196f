/** @file `flatcheck merge`: the results of shards as one. */
import { InputError } from '../../formats/input-error.js';
import { merge } from '../../gate/merge.js';
import { readArgs } from '../args.js';
import { combined, type ExitCode, UsageError } from '../exit.js';
import type { Program } from '../program.js';
import { checkOutputs, emit, OUTPUT_OPTIONS, OUTPUT_USAGE } from '../verify/output.js';
import { verifyExit } from '../verify/print.js';
import { readResult, refuseForeign } from '../verify/read-result.js';

export const usage = `usage: flatcheck merge SHARD.json... [options]

${OUTPUT_USAGE}

Puts together what 'flatcheck verify --shard I/N --json-file F' wrote; fails on a missing or a doubled shard.`;

export async function run(argv: readonly string[], { registry }: Program): Promise<ExitCode> {
  const { values, positionals } = readArgs('merge', argv, OUTPUT_OPTIONS);
  if (positionals.length === 0) throw new UsageError('merge: give the JSON files of the shards, got none');
  checkOutputs('merge', values, positionals);
  const result = merge(
    positionals.map(path => {
      const shard = readResult('merge', path, registry);
      refuseForeign('merge', path, shard, registry);
      return shard;
    }),
    [...registry.claims.keys()],
  );
  if (typeof result === 'string') throw new InputError(`merge: ${result}`);
  return combined(verifyExit(result), await emit('merge', result, values));
}
