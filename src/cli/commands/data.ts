/** @file `flatcheck data get`: bring a data set here, pinned by size and hash. */
import { DATASETS, type DatasetName, getDataset } from '../../formats/datasets.js';
import { nearest } from '../../formats/nearest.js';
import { shownUrl } from '../../formats/url.js';
import { noMore, readArgs } from '../args.js';
import { dataFolder } from '../data-folder.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import { progressOn } from '../progress.js';

export const usage = `usage: flatcheck data get NAME [options]

  NAME          ${Object.keys(DATASETS).join(', ')}
  --dir DIR     data folder (default: $FLATCHECK_DATA, else the user's cache folder)
  --from URL    fetch the files from URL/<file name>; size and hash must be the same
  --offline     fetch nothing; say what is missing

A fetch that was cut off goes on where it stopped. Files appear whole or not at all.`;

export async function run(argv: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs('data', argv, {
    dir: { type: 'string' },
    from: { type: 'string' },
    offline: { type: 'boolean' },
  });
  noMore('data', positionals, 2);
  const [verb, name] = positionals;
  if (verb !== 'get')
    throw new UsageError(
      `data: the first argument must be 'get', got '${verb ?? ''}' (flatcheck data get cifar10)`,
    );
  const set = name !== undefined && Object.hasOwn(DATASETS, name) ? DATASETS[name as DatasetName] : undefined;
  if (set === undefined) {
    const near = name === undefined ? undefined : nearest(name, Object.keys(DATASETS));
    throw new UsageError(
      `data: no data set '${name ?? ''}'${near ? `; did you mean '${near}'?` : ''} (there are ${Object.keys(DATASETS).join(', ')})`,
    );
  }
  const { from } = values;
  if (from !== undefined && !/^https?:$/.test(URL.canParse(from) ? new URL(from).protocol : ''))
    throw new UsageError(
      `data: --from must be a URL that begins with http:// or https://, got '${shownUrl(from)}'`,
    );
  const progress = progressOn();
  const { folder, status } = await getDataset(set, {
    data: values.dir ?? dataFolder(),
    ...(values.offline && { offline: true }),
    ...(from !== undefined && { base: from }),
    onProgress: (done, total) =>
      progress.show(`data: ${name} ${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`),
  });
  progress.clear();
  console.log(`${set.title}: ${status === 'present' ? 'already in' : 'now in'} ${folder}`);
  return EXIT.fine;
}
