/**
 * @file Nobody is told on: programs that use flatcheck in every way leave ONNX Runtime without a trace. Its
 * reports begin with files below the home folder and in the temporary one, which are watched here, each
 * program having folders of its own. Look-ups of names are watched where a network namespace can be had.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';

const test = suite('silence of ONNX Runtime');

const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/**
 * Begins a program: `native` opens a session by itself, as somebody else's code would; it is plain text for
 * workers too.
 */
const PRELUDE = `
const { createRequire } = await import('node:module');
const { Worker, SHARE_ENV } = await import('node:worker_threads');
const { toBytes } = await import(${at('../../src/engine/onnx/lower.js')});
const RUNTIME = ${at('../../src/engine/onnx/runtime.js')};
const model = toBytes({ name: 'm', initializers: [],
  nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'], attributes: {} }],
  inputs: [{ name: 'x', type: 'float32', dims: [1] }], outputs: [{ name: 'y', type: 'float32', dims: [1] }] });
const raw = () => createRequire(${at('./silent.test.js')})('onnxruntime-node');
const open = async ort => { await (await ort.InferenceSession.create(model)).release(); console.log('opened'); };
const guarded = async () => {
  try { await open((await import(RUNTIME)).onnxRuntime()); } catch (error) { console.log(error.name + ': ' + error.message); }
};`;

interface Ended {
  readonly lines: readonly string[];
  /** What lies in its home and temporary folders. */
  readonly left: readonly string[];
}

const found = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => entry.name);

/** Runs a program whose environment does not say anything of ONNX Runtime. */
const ran = (body: string, env: Record<string, string> = {}): Promise<Ended> =>
  inFolder(async folder => {
    const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')];
    for (const path of [home, temporary]) mkdirSync(path);
    const { ORT_DISABLE_TELEMETRY: _, ...rest } = process.env;
    const options = {
      cwd: folder,
      env: { ...rest, HOME: home, XDG_CACHE_HOME: join(home, 'c'), TMPDIR: temporary, ...env },
    };
    const code = `${PRELUDE}\n${body}`;
    const program = `const CODE = ${JSON.stringify(PRELUDE)};\n${code}`;
    const lines = await new Promise<string[]>((resolve, reject) =>
      execFile(process.execPath, ['--input-type=module', '-e', program], options, (error, stdout, stderr) =>
        error === null ? resolve(stdout.trim().split('\n')) : reject(new Error(stderr)),
      ),
    );
    return { lines, left: found(folder) };
  });

/** In a program: runs the text in a worker thread and waits for its end. */
const WORKER = `
const inWorker = (body, options = {}) => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(CODE + body)), options);
  worker.on('error', reject).on('exit', resolve);
});`;

test('the library: first use in a worker thread, then in the main thread, then a child process of another package', async () => {
  const { lines, left } = await ran(`${WORKER}
    const { jit } = await import(${at('../../src/index.js')});
    await inWorker('await guarded();');
    const double = jit(x => x.add(x));
    console.log((await double(Float32Array.of(21))).data[0]);
    await double.release();
    const { execFileSync } = await import('node:child_process');
    const child = CODE + 'await open(raw());';
    process.stdout.write(execFileSync(process.execPath, ['--input-type=module', '-e', child]));`);
  assert.equal(lines, ['opened', '42', 'opened']);
  assert.equal(left, []);
});

test('a worker thread whose process lacks the variable is refused by name; one that shares the environment is not', async () => {
  const { lines, left } = await ran(`${WORKER}
    await inWorker('await guarded();');
    await inWorker("process.env.ORT_DISABLE_TELEMETRY = '1'; await guarded();");
    await inWorker('await guarded();', { env: SHARE_ENV });
    await inWorker('await guarded();', { env: {} });`);
  for (const line of lines.slice(0, 2))
    assert.match(
      line,
      /^UnavailableError: onnx: .*a worker thread cannot set it.*set ORT_DISABLE_TELEMETRY=1 in/,
    );
  assert.equal(lines.slice(2), ['opened', 'opened']);
  assert.equal(left, []);
});

test('loaded by somebody else before: refused, unless the variable was there', async () => {
  const body = "raw(); process.env.ORT_DISABLE_TELEMETRY ??= '0'; await guarded();";
  const [late, early] = await Promise.all([ran(body), ran(body, { ORT_DISABLE_TELEMETRY: '1' })]);
  assert.equal(
    late.lines.map(line => /loaded onnxruntime-node before flatcheck - set ORT_\w+=1/.test(line)),
    [true],
  );
  assert.equal(early.lines, ['opened']);
  assert.equal([...late.left, ...early.left], []);
});

/** Everything compiled but the one module that may. */
const COMPILED = ['src', 'properties', 'experiments', 'bench', 'tests'];

test('nothing but one module loads ONNX Runtime', () => {
  const root = new URL('../../', import.meta.url).pathname;
  const loading = COMPILED.flatMap(room =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.js'))
      .map(name => join(room, name))
      .filter(name =>
        /(from |import |import\(|\))\(?'onnxruntime-/.test(readFileSync(join(root, name), 'utf8')),
      ),
  );
  assert.equal(loading.sort(), ['src/engine/onnx/runtime.js', 'tests/engine/silent.test.js']);
});

/** ONNX Runtime asks for its vendor's host some time after its first session: first seen after 9 s. */
const ASKED = 40_000;

/** Looks whether a network of our own can be had here: by root, with `ip`; says why not otherwise. */
function noNetwork(): string | undefined {
  const { status, stderr, error } = spawnSync('unshare', ['-n', '-m', 'ip', 'link', 'set', 'lo', 'up'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** The names that a program asks for, in a network namespace where nothing answers and nothing leaves. */
const namesAskedBy = (body: string): Promise<readonly string[]> =>
  inFolder(async folder => {
    const resolver = join(folder, 'resolv.conf');
    writeFileSync(resolver, 'nameserver 127.0.0.1\n');
    const { ORT_DISABLE_TELEMETRY: _, ...rest } = process.env;
    const env = { ...rest, HOME: folder, TMPDIR: folder };
    const script = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && exec "$2" "$3" "$4"';
    const wait = `await new Promise(resolve => setTimeout(resolve, ${ASKED}));`;
    const program = `${PRELUDE}\n${body}\n${wait}`;
    const server = fileURLToPath(new URL('name-server.js', import.meta.url));
    const args = ['-n', '-m', 'sh', '-c', script, 'sh', resolver, process.execPath, server, program];
    return await new Promise((resolve, reject) =>
      execFile('unshare', args, { env }, (error, stdout, stderr) =>
        error === null ? resolve(stdout.split('\n').filter(line => line !== '')) : reject(new Error(stderr)),
      ),
    );
  });

const whyNot = noNetwork();

// they wait more than they work: begun now, beside the tests that come before
const asked =
  whyNot === undefined
    ? Promise.all([
        namesAskedBy('globalThis.kept = await raw().InferenceSession.create(model);'),
        namesAskedBy(`const { jit } = await import(${at('../../src/index.js')});
          globalThis.kept = jit(x => x.add(x));
          await globalThis.kept(Float32Array.of(21));`),
      ])
    : undefined;
asked?.catch(() => {}); // said by the test

test('no name is looked up, while the same watch sees what ONNX Runtime asks for without the variable', async () => {
  if (asked === undefined) {
    console.log(`SKIPPED: look-ups were NOT watched, there is no network namespace: ${whyNot}`);
    return;
  }
  const [without, ours] = await asked;
  assert.equal(ours, []);
  // when it reports is its vendor's affair: a silent control is said, and shows nothing either way
  if (without.length === 0)
    console.log(
      `NOT SHOWN: the control looked up nothing in ${ASKED / 1000} s, so this run says little of look-ups`,
    );
});

test.run();
