import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { REGISTRIES } from '../../bin/registries.js';
import { exitCodeOf, UsageError } from '../../src/cli/exit.js';
import { launchOnSlurm } from '../../src/cli/experiment/slurm/launch.js';
import { isHeldBack, parseQueue } from '../../src/cli/experiment/slurm/queue.js';
import { slurmLines } from '../../src/cli/experiment/slurm/say.js';
import {
  arraySize,
  jobNumber,
  readSbatchOptions,
  sbatchArgs,
} from '../../src/cli/experiment/slurm/sbatch.js';
import {
  fileSubmission,
  readSubmission,
  readSubmissions,
  scriptOf,
  slurmFolder,
} from '../../src/cli/experiment/slurm/submission.js';
import { makeFolder } from '../../src/formats/atomic.js';
import { breakLock, lockFolder, lockName } from '../../src/formats/lock.js';
import { runFolder } from '../../src/train/experiment/folder.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { PLAN } from '../train/experiment/tiny.js';
import { emptyFolder, flatcheck, oneLine } from './run.js';

const test = suite('slurm launcher');

const ODD = `o'ut "x" $HOME \`id\` 50%a`;
const SUBMISSION = {
  name: 'flatcheck-x-1',
  cwd: '/some where',
  args: ['experiment', 'x', ODD],
  ids: ['a', 'b'],
};

/** Files the submission, as the launcher does. */
function file(out: string, submission: typeof SUBMISSION) {
  makeFolder('test', slurmFolder(out));
  return fileSubmission(out, submission);
}

test('a submission is read back as it was filed, also under a name that a shell would take apart', () =>
  inFolder(folder => {
    const out = join(folder, ODD);
    for (const name of ['1', '2']) assert.is(file(out, SUBMISSION).folder, join(out, 'slurm', name));
    mkdirSync(join(out, 'slurm', '10')); // half-written: no tasks in it
    assert.is(file(out, SUBMISSION).folder, join(out, 'slurm', '11'));
    const all = readSubmissions(out);
    assert.equal(
      all,
      ['1', '2', '11'].map(name => ({ ...SUBMISSION, folder: join(out, 'slurm', name) })),
    );
  }));

test('the job script passes every argument on as it is', () =>
  inFolder(folder => {
    const filed = file(join(folder, ODD), SUBMISSION);
    const print = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const args = [ODD, '', ' a  b ', '*', '\n'];
    const { stdout } = spawnSync('sh', [scriptOf(filed), process.execPath, '-e', print, '--', ...args], {
      encoding: 'utf8',
    });
    assert.equal(JSON.parse(stdout), args);
  }));

test('a damaged tasks file is refused by what is wrong with it', () =>
  inFolder(async folder => {
    const filed = file(folder, SUBMISSION);
    const path = join(filed.folder, 'tasks.json');
    for (const [wrong, says] of [
      [{ schema: 2 }, /must be an object of schema 1/],
      [{ schema: 1, ...SUBMISSION, ids: ['a', 1] }, /must have ids as a list of texts/],
      [{ schema: 1, ...SUBMISSION, name: 3 }, /must have name as text, got 3/],
    ] as const) {
      writeFileSync(path, JSON.stringify(wrong));
      assert.match((await errorOf(() => readSubmission(filed.folder))).message, says);
    }
  }));

test('arguments of sbatch', async () => {
  const filed = { ...SUBMISSION, folder: '/o ut/5%/slurm/1' };
  const resources = { jobs: 2, threads: 4, memory: 300.5 * 2 ** 20, options: ['--time=1:00:00'] };
  assert.equal(sbatchArgs(filed, resources, ['node', 'task.js']), [
    ...['--parsable', '--job-name=flatcheck-x-1', '--array=0-1%2', '--requeue', '--signal=B:USR2@60'],
    ...['--output=/o ut/5%%/slurm/1/%a.log', '--open-mode=append', '--cpus-per-task=4', '--mem=301M'],
    ...['--time=1:00:00', '/o ut/5%/slurm/1/job.sh', 'node', 'task.js'],
  ]);
  const own = sbatchArgs(filed, { ...resources, jobs: undefined, options: ['--mem-per-cpu=1G'] }, []);
  assert.ok(own.includes('--array=0-1') && !own.some(argument => argument.startsWith('--mem=')), own.join());
  const error = await errorOf(() => sbatchArgs({ ...filed, folder: '/a\\b' }, resources, []));
  assert.ok(error instanceof UsageError, error.message);
});

test('options for sbatch: long ones, none of ours', async () => {
  assert.equal(readSbatchOptions(['time=2:00:00', '--exclusive', 'comment=a b=c', 'signal=B:USR2@300']), [
    ...['--time=2:00:00', '--exclusive', '--comment=a b=c', '--signal=B:USR2@300'],
  ]);
  for (const wrong of [
    '-p main',
    'x y',
    '',
    'array=0-5',
    '--wrap=id',
    'no-requeue',
    'signal=USR1@5',
    'output=x',
  ])
    assert.ok((await errorOf(() => readSbatchOptions([wrong]))) instanceof UsageError, wrong);
});

test('no beginning of an option that is ours passes, however it is written', async () => {
  const ours = [
    ...['array', 'chdir', 'clusters', 'error', 'input', 'job-name', 'no-requeue', 'ntasks', 'open-mode'],
    ...['output', 'parsable', 'requeue', 'test-only', 'wait', 'wrap', 'signal', 'help', 'quiet', 'version'],
  ];
  for (const name of ours)
    for (let length = 1; length <= name.length; length++) {
      const begun = name.slice(0, length);
      for (const option of [
        ...[
          `${begun}=USR1@5`,
          `--${begun}=x`,
          `--${begun} x`,
          `${begun} x`,
          begun,
          `-${begun}`,
          `-${begun}x`,
        ],
        ...[`${begun.toUpperCase()}=x`, `--${begun.toUpperCase()}`, ` ${begun}=x`, `${begun} =x`],
      ])
        assert.ok((await errorOf(() => readSbatchOptions([option]))) instanceof UsageError, option);
    }
  const theirs = [
    ...[
      'time=1',
      'partition=p',
      'account=a',
      'mem=1G',
      'mem-per-cpu=1G',
      'gres=gpu:1',
      'exclude=n1',
      'nodelist=n2',
    ],
    ...[
      'ntasks-per-node=1',
      'nodes=1',
      'constraint=c',
      'reservation=r',
      'qos=q',
      'comment=c',
      'exclusive',
      'hint=h',
    ],
  ];
  assert.equal(
    readSbatchOptions(theirs),
    theirs.map(option => `--${option}`),
  );
});

test('what sbatch and squeue print', () => {
  assert.is(jobNumber('12\n'), '12');
  assert.is(jobNumber('Welcome to 2 clusters\n12;north\n'), '12');
  assert.is(jobNumber(''), undefined);
  const tasks = parseQueue(
    'a|12|3|PENDING|Resources\na|12|0|RUNNING|None\nother|13|N/A|RUNNING|None\na|12|4|PENDING|launch failed|requeued held\n\n',
  );
  assert.equal(
    tasks.map(({ name, index, job, state }) => [name, index, job, state]),
    [
      ['a', 3, '12_3', 'PENDING'],
      ['a', 0, '12_0', 'RUNNING'],
      ['a', 4, '12_4', 'PENDING'],
    ],
  );
  assert.equal(tasks.map(isHeldBack), [false, false, true]);
});

test('a lock is broken when its process is gone, never while it lives here', () =>
  inFolder(async folder => {
    const release = await lockFolder('test', folder);
    breakLock(folder, lockName());
    assert.ok(existsSync(join(folder, lockName())));
    release();
    const gone = '.lock-another.host-12-345';
    writeFileSync(join(folder, gone), '');
    breakLock(folder, '../x');
    breakLock(folder, gone);
    assert.equal(readdirSync(folder), []);
  }));

function addProgram(folder: string, name: string, does: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\necho "$@" >>'${folder}/${name}.calls'\n${does}\n`);
  chmodSync(path, 0o755);
}

/** Programs of Slurm that only write down how they were called; squeue prints what `queue` holds. */
async function withPrograms<T>(sbatch: string, body: (folder: string) => T | Promise<T>): Promise<T> {
  const { PATH } = process.env;
  return await inFolder(async folder => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    addProgram(folder, 'sbatch', sbatch);
    addProgram(folder, 'squeue', `cat '${folder}/queue'`);
    writeFileSync(join(folder, 'queue'), '');
    process.env.PATH = `${bin}:${PATH}`;
    try {
      return await body(folder);
    } finally {
      process.env.PATH = PATH;
    }
  });
}

const launch = (out: string) =>
  launchOnSlurm({
    ...{ name: 'tiny', plan: PLAN, out, registries: REGISTRIES, childArgs: ['experiment', 'tiny'] },
    ...{ jobs: undefined, threads: 1, memory: undefined, options: [] },
  });

test('only runs that are neither complete, nor with Slurm, nor with another process are submitted', () =>
  withPrograms('echo 7', async folder => {
    const out = join(folder, 'out');
    const first = await launch(out);
    assert.is(first.submitted[0]?.runs, PLAN.length);
    assert.is(first.submitted[0]?.job, '7');
    const { filed } = first.submitted[0]!;
    const tasks = (indices: readonly number[]): void =>
      writeFileSync(
        join(folder, 'queue'),
        indices.map(index => `${filed.name}|7|${index}|PENDING|JobHeldUser\n`).join(''),
      );
    tasks([...PLAN.keys()]);
    const second = await launch(out);
    assert.equal(second.submitted, []);
    assert.is(second.queued.length, PLAN.length);
    assert.match(slurmLines(second).join('\n'), /0 runs on a node, .* waiting[\s\S]*scontrol release 7_0/);

    tasks([]);
    const [done, busy] = PLAN as readonly [(typeof PLAN)[number], (typeof PLAN)[number]];
    makeFolder('test', runFolder(out, done.id));
    writeFileSync(
      join(runFolder(out, done.id), done.job.kind === 'train' ? 'final.json' : 'result.json'),
      '',
    );
    makeFolder('test', runFolder(out, busy.id));
    const release = await lockFolder('test', runFolder(out, busy.id));
    const third = await launch(out);
    release();
    assert.is(third.elsewhere, 1);
    assert.equal(
      third.submitted[0]?.filed.ids,
      PLAN.slice(2).map(({ id }) => id),
    );
    assert.equal(
      third.lost.map(({ id }) => id),
      PLAN.slice(2).map(({ id }) => id),
    );
    assert.match(slurmLines(third).join('\n'), /ended before the end[\s\S]*submitted as job array 7/);
  }));

/** As `launch`, of these runs, and what sbatch was called with. */
async function calls(
  folder: string,
  jobs: number | undefined,
  count: number,
  options: readonly string[] = [],
) {
  const first = PLAN[0]!;
  const plan = Array.from({ length: count }, (_, i) => ({ ...first, id: `run${i}` }));
  const launched = await launchOnSlurm({
    ...{ name: 'tiny', plan, out: join(folder, 'out'), registries: REGISTRIES },
    childArgs: ['experiment', 'tiny'],
    ...{ jobs, threads: 1, memory: undefined, options },
  });
  const said = readFileSync(join(folder, 'sbatch.calls'), 'utf8').trim().split('\n');
  const words = said.map(call => call.split(' ').filter(word => /^--(array|dependency)=/.test(word)));
  return { launched, words };
}

/** What sbatch does here: it numbers its jobs. */
const NUMBERS = 'wc -l <"$(dirname "$0")/../sbatch.calls"';

test('more runs than an array may have become several arrays, each run in one of them', async () => {
  await withPrograms(NUMBERS, async folder => {
    const { launched, words } = await calls(folder, undefined, 2500);
    assert.equal(words, [['--array=0-1000'], ['--array=0-1000'], ['--array=0-497']]);
    const ids = launched.submitted.flatMap(({ filed }) => readSubmission(filed.folder).ids);
    assert.is(new Set(ids).size, 2500);
    assert.match(slurmLines(launched).join('\n'), /1001 runs submitted as[\s\S]*498 runs submitted as/);
  });
  await withPrograms(NUMBERS, async folder => {
    addProgram(folder, 'scontrol', 'echo "MaxArraySize            = 4"');
    const { launched, words } = await calls(folder, 2, 9, ['--dependency=afterok:77', '--time=1']);
    assert.equal(words, [
      ['--array=0-3%2', '--dependency=afterok:77'],
      ['--array=0-3%2', '--dependency=afterany:1'],
      ['--array=0-0%2', '--dependency=afterany:2'],
    ]);
    assert.match(
      slurmLines(launched).join('\n'),
      /4 runs submitted as job array 2, at most 2 at once, when 1 has ended/,
    );
  });
  assert.is(arraySize('MaxArraySize = 12\nMaxJobCount = 5\n'), 12);
  assert.is(arraySize('nothing'), undefined);
});

test('no arrays at all, or arrays without numbers that must follow each other: said, exit code 4', async () => {
  await withPrograms('echo 7', async folder => {
    addProgram(folder, 'scontrol', 'echo "MaxArraySize = 0"');
    assert.is(exitCodeOf(await errorOf(() => launch(join(folder, 'out')))), 4);
  });
  await withPrograms('echo welcome', async folder => {
    addProgram(folder, 'scontrol', 'echo "MaxArraySize = 4"');
    const error = await errorOf(() => calls(folder, 1, 9));
    assert.match(error.message, /sbatch must say the number of its job/);
    assert.is(exitCodeOf(error), 4);
  });
});

test('sbatch that is missing or fails: one line that says so, exit code 4, nothing filed', async () => {
  await withPrograms('echo "sbatch: error: invalid partition" >&2; exit 1', async folder => {
    const out = join(folder, 'out');
    const error = await errorOf(() => launch(out));
    assert.match(error.message, /sbatch must succeed, got exit code 1: sbatch: error: invalid partition/);
    assert.is(exitCodeOf(error), 4);
    assert.equal(readdirSync(join(out, 'slurm')), []);
  });
  const folder = emptyFolder();
  const slurm = ['experiment', 'vgr-fig3', '--unverified', '--launcher', 'slurm'];
  assert.is((await flatcheck([...slurm, '--dry-run'], folder, { PATH: folder })).status, 0);
  assert.equal(readdirSync(folder), []);
  const ended = await flatcheck(slurm, folder, { PATH: folder });
  assert.is(ended.status, 4, ended.stderr);
  assert.ok(oneLine(ended), ended.stderr);
  assert.match(ended.stderr, /must find sbatch in PATH, got none/);
});

test('flags that do not go together', async () => {
  for (const args of [
    ['--sbatch', 'time=1'],
    ['--launcher', 'slurm', '--only', 'x'],
    ['--launcher', 'slum'],
    ['--launcher', 'slurm', '--sbatch', 'array=0-3'],
  ]) {
    const ended = await flatcheck(['experiment', 'vgr-fig3', ...args]);
    assert.is(ended.status, 2, ended.stderr);
    assert.ok(oneLine(ended), ended.stderr);
  }
});

const TASK = fileURLToPath(new URL('../../src/cli/experiment/slurm/task.js', import.meta.url));

test('a task without its run says so', () =>
  inFolder(folder => {
    const filed = file(folder, SUBMISSION);
    const task = (path: string, index: string) =>
      spawnSync(process.execPath, [TASK, path, ...REGISTRIES], {
        encoding: 'utf8',
        env: { ...process.env, SLURM_ARRAY_TASK_ID: index },
      });
    const beyond = task(filed.folder, '2');
    assert.is(beyond.status, 2, beyond.stderr);
    assert.match(beyond.stderr, /array index must be one of 2, got 2/);
    const gone = task(join(folder, 'none'), '0');
    assert.ok(gone.status !== 0 && /none/.test(gone.stderr), gone.stderr);
  }));

test.run();
