/** @file `flatcheck merge`: the results of shards as one. */
import { CLAIM_IDS } from '../../../properties/registry.js';
import { InputError } from '../../formats/input-error.js';
import { merge } from '../../gate/merge.js';
import { readArgs } from '../args.js';
import { type ExitCode, UsageError } from '../exit.js';
import { emit, OUTPUT_OPTIONS, OUTPUT_USAGE } from '../verify/output.js';
import { verifyExit } from '../verify/print.js';
import { readResult, refuseForeign } from '../verify/read-result.js';

export const usage = `usage: flatcheck merge SHARD.json... [options]

${OUTPUT_USAGE}

Puts together what 'flatcheck verify --shard I/N --json-file F' wrote; fails on a missing or a doubled shard.`;

export async function run(argv: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs('merge', argv, OUTPUT_OPTIONS);
  if (positionals.length === 0) throw new UsageError('merge: give the JSON files of the shards, got none');
  const result = merge(
    positionals.map(path => {
      const shard = readResult('merge', path);
      refuseForeign('merge', path, shard);
      return shard;
    }),
    CLAIM_IDS,
  );
  if (typeof result === 'string') throw new InputError(`merge: ${result}`);
  emit('merge', result, values);
  return verifyExit(result);
}
