// ci/slurm/cluster.sh with node ci/slurm/test.mjs: twelve runs on a real Slurm of two nodes. Two are killed, one is told
// that its time is up, one node is drained; after the same command again all are complete, none was done twice, and
// every file of them has the bits of a run without Slurm. Prints what it saw; exit code 1 where that is anything else.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const RUNS = 12;
const AT_ONCE = 3;
/** Seconds that any stage may take: a stalled queue must not hang. */
const PATIENCE = 240;
/** The program, with the experiment of this test alone. */
const PROGRAM = fileURLToPath(new URL('../../dist/tests/slurm/program.js', import.meta.url));
/** The run's files that must not depend on how often it was interrupted. */
const SAME = ['config.json', 'metrics.jsonl', 'checkpoint.safetensors', 'result.json', 'final.json'];

// a path that a shell would take apart
const home = mkdtempSync(join(tmpdir(), `flatcheck slurm's "test" $HOME %a `));
const out = join(home, 'on slurm');
const local = join(home, 'local');

const failures = [];
function check(holds, says) {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${says}`);
  if (!holds) failures.push(says);
}

function flatcheck(folder, ...args) {
  const all = ['experiment', 'slurm-test', '--unverified', '--out', folder, ...args];
  console.log(`$ flatcheck ${all.slice(0, 3).join(' ')} --out OUT ${args.join(' ')}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...all], { encoding: 'utf8' });
  const said = `${stdout}${stderr}`
    .split('\n')
    .filter(line => /^slurm|complete$|^experiment:|Error/.test(line));
  for (const line of said) console.log(`  ${line.replaceAll(home, '~')}`);
  return { status, said: said.join('\n') };
}
const submit = () => flatcheck(out, '--launcher', 'slurm', '--jobs', String(AT_ONCE), '--sbatch', 'time=30');

const slurm = (program, ...args) => execFileSync(program, args, { encoding: 'utf8' });

/** Tasks with Slurm now, each as `12_3`, with its state and node. */
const queue = () =>
  slurm('squeue', '--noheader', '--array', '--format=%F_%K %T %N')
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [job, state, node] = line.trim().split(' ');
      return { job, state, node };
    });

let most = 0;

/** Looks ten times a second, and counts the running tasks, until `found` gives something. */
async function until(what, found) {
  for (const begun = Date.now(); Date.now() - begun < 1000 * PATIENCE; await sleep(100)) {
    const tasks = queue();
    most = Math.max(most, tasks.filter(({ state }) => state === 'RUNNING').length);
    const value = found(tasks);
    if (value) return value;
    if (tasks.length === 0) break;
  }
  console.log(slurm('squeue', '--array'), slurm('sinfo', '--Node', '--long'));
  throw new Error(`${what}: not within ${PATIENCE} s, or while there were tasks`);
}
const empty = () => until('an empty queue', tasks => tasks.length === 0);

const runFolder = (folder, id) => join(folder, 'runs', id);
const isComplete = id => existsSync(join(runFolder(out, id), 'final.json'));
const idsOf = number => JSON.parse(readFileSync(join(out, 'slurm', number, 'tasks.json'), 'utf8')).ids;
const submissions = () => readdirSync(join(out, 'slurm')).filter(name => /^\d+$/.test(name));

/** A run that is under way with a checkpoint behind it, other than these: its task and the process that holds its lock. */
const underWay = others =>
  until('a run with a checkpoint', tasks => {
    for (const [index, id] of idsOf('1').entries()) {
      const folder = runFolder(out, id);
      if (others.includes(id) || isComplete(id) || !existsSync(join(folder, 'checkpoint.safetensors')))
        continue;
      const task = tasks.find(({ job, state }) => job.endsWith(`_${index}`) && state === 'RUNNING');
      const pid = readdirSync(folder)
        .map(name => /^\.lock-[\w.]+-(\d+)-/.exec(name)?.[1])
        .find(Boolean);
      if (task && pid) return { id, ...task, pid: Number(pid) };
    }
  });

/** Every start of a task, from the logs: `2026-… run ID: job 12 on node1, restarts 0`. */
const starts = () =>
  submissions().flatMap(number =>
    readdirSync(join(out, 'slurm', number))
      .filter(name => name.endsWith('.log'))
      .flatMap(name =>
        readFileSync(join(out, 'slurm', number, name), 'utf8')
          .split('\n')
          .flatMap(line => {
            const [, at, id, node] = /^(\S+Z) run (\w+): job \d+ on (\w+)/.exec(line) ?? [];
            return id === undefined ? [] : [{ at: Date.parse(at), id, node, number }];
          }),
      ),
  );

const metricsOf = id =>
  readFileSync(join(runFolder(out, id), 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(JSON.parse);

async function test() {
  const first = submit();
  check(first.status === 0 && first.said.includes(`${RUNS} runs submitted`), 'twelve runs are submitted');
  const second = submit();
  check(
    second.status === 0 && submissions().length === 1 && !second.said.includes('submitted'),
    'the same command at once submits nothing',
  );

  const killed = [];
  const happened = {};
  for (const _ of [1, 2]) {
    const run = await underWay(killed);
    process.kill(run.pid, 'SIGKILL');
    killed.push(run.id);
    happened[run.id] = `killed (process ${run.pid} on ${run.node})`;
  }
  const timed = await underWay(killed);
  process.kill(timed.pid, 'SIGUSR2'); // not by scancel, which may send it again to the restarted task
  happened[timed.id] = `time is up (signal to process ${timed.pid} on ${timed.node})`;

  const node = await until(
    'a node that works',
    tasks => tasks.find(({ state }) => state === 'RUNNING')?.node,
  );
  slurm('scontrol', 'update', `NodeName=${node}`, 'State=DRAIN', 'Reason=test');
  const drained = Date.now();
  // given to the node before that, though their processes have not said so yet
  const launching = queue()
    .filter(task => task.node === node)
    .map(({ job }) => idsOf('1')[Number(job.split('_')[1])])
    .filter(id => !starts().some(start => start.id === id));
  console.log(`$ scontrol update NodeName=${node} State=DRAIN Reason=test`);
  console.log(`  ${slurm('sinfo', '--noheader', '--Node', '--format=%N %T').trim().replaceAll('\n', ', ')}`);

  await empty();
  check(
    killed.every(id => !isComplete(id)),
    'the two killed runs are not complete',
  );
  check(isComplete(timed.id), 'the run whose time was up was queued again by itself and is complete');
  const third = submit();
  check(
    third.said.includes('2 runs submitted') &&
      JSON.stringify(idsOf('2').toSorted()) === JSON.stringify(killed.toSorted()),
    'the same command submits the two killed runs and no other',
  );
  await empty();
  const last = submit();
  check(
    last.status === 0 && last.said.includes(`${RUNS} of ${RUNS} runs complete`) && submissions().length === 2,
    'the same command collects twelve complete runs and submits nothing',
  );

  const begun = starts();
  const late = begun.filter(
    start => start.node === node && start.at > drained && !launching.includes(start.id),
  );
  check(late.length === 0, `no task began on ${node} after it was drained`);
  check(most === AT_ONCE, `at most ${AT_ONCE} tasks ran at once, and as many did (${most})`);

  const reference = flatcheck(local, '--jobs', '2');
  check(reference.status === 0, 'the same runs without Slurm');
  const rows = idsOf('1').map(id => {
    const { sessions } = JSON.parse(readFileSync(join(runFolder(out, id), 'provenance.json'), 'utf8'));
    const steps = metricsOf(id).flatMap(({ kind, step }) => (kind === 'step' ? [step] : []));
    const once = steps.every((step, at) => step === 10 * (at + 1));
    const differing = SAME.filter(
      name =>
        !readFileSync(join(runFolder(out, id), name)).equals(readFileSync(join(runFolder(local, id), name))),
    );
    const from = sessions.map(({ step }) => step);
    const nodes = begun.filter(start => start.id === id).map(start => start.node);
    return { id, nodes, from, steps: steps.length, once, differing, what: happened[id] ?? '' };
  });
  const cells = [
    ['run', 'on', 'sessions from step', 'metrics', 'bits', 'what happened'],
    ...rows.map(({ id, nodes, from, steps, once, differing, what }) => [
      ...[id, nodes.join(', then '), from.join(', then ')],
      `${steps} steps${once ? ', each once' : ', NOT each once'}`,
      differing.length === 0 ? 'equal' : `DIFFERENT: ${differing.join(' ')}`,
      what,
    ]),
  ];
  const widths = cells[0].map((_, at) => Math.max(...cells.map(row => row[at].length)));
  console.log(
    `\n${cells
      .map(row =>
        row
          .map((cell, at) => cell.padEnd(widths[at]))
          .join('  ')
          .trimEnd(),
      )
      .join('\n')}\n`,
  );

  const interrupted = Object.keys(happened);
  check(rows.length === RUNS && rows.every(({ id }) => isComplete(id)), 'all twelve runs are complete');
  check(
    rows.every(
      ({ id, from, nodes }) =>
        from.length === nodes.length && from.length === (interrupted.includes(id) ? 2 : 1),
    ),
    'none was started twice, the three interrupted ones apart',
  );
  check(
    rows.every(({ from }) => from[0] === 0 && from.slice(1).every(step => step > 0)),
    'these three went on from a checkpoint',
  );
  check(
    rows.every(({ once, steps }) => once && steps > 0),
    'every step is in the metrics once',
  );
  check(
    rows.every(({ differing }) => differing.length === 0),
    `every ${SAME.join(', ')} equals that of the local run`,
  );
}

try {
  await test();
} catch (error) {
  check(false, error.stack);
  for (const number of existsSync(join(out, 'slurm')) ? submissions() : [])
    console.log(
      spawnSync('sh', ['-c', 'tail -n 5 ./*.log'], { cwd: join(out, 'slurm', number), encoding: 'utf8' })
        .stdout,
    );
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log(failures.length === 0 ? 'slurm test: passed' : `slurm test: ${failures.length} checks FAILED`);
process.exitCode = failures.length === 0 ? 0 : 1;
