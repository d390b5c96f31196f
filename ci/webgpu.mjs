// node ci/webgpu.mjs [--download]: tests the webgpu engine on SwiftShader, a Vulkan driver in software, so that no GPU is needed.
// The driver comes with Chromium: an installed one, or (always with --download) a pinned npm package in a temporary folder.
// Where there is none the tests are SKIPPED, in a line that says why.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const PACKAGE = '@sparticuz/chromium@153.0.0';
const SHA512 = 'jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==';
const INSTALLED = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const DRIVER = 'vk_swiftshader_icd.json';

/** The environment in which the driver in a folder is found, with the Vulkan loader beside it. */
const using = folder => ({
  ...process.env,
  VK_ICD_FILENAMES: join(folder, DRIVER),
  LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
});

/** Why the engine does not run with the driver of a folder, or undefined when it does. */
function whyNot(folder) {
  const probe = ['dist/src/engine/engines/probe.js', 'webgpu'];
  const run = spawnSync(process.execPath, probe, { env: using(folder), encoding: 'utf8' });
  try {
    return JSON.parse(run.stdout.trim().split('\n').at(-1)).error?.split('\n')[0];
  } catch {
    return `the probe ended with ${run.signal ?? `exit code ${run.status}`}`;
  }
}

/** Throws, with the last line that it said, when a command fails. */
function must(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} ${args[0]}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

/** Downloads the package into a folder, checks it, and unpacks its driver; returns where that lies. */
function download(into) {
  must('npm', ['pack', PACKAGE, '--silent'], into);
  const file = readdirSync(into).find(name => name.endsWith('.tgz'));
  const found = createHash('sha512')
    .update(readFileSync(join(into, file)))
    .digest('base64');
  if (found !== SHA512) throw new Error(`${PACKAGE} must have SHA-512 ${SHA512}, got ${found}`);
  must('tar', ['xzf', file, 'package/bin/swiftshader.tar.br'], into);
  const folder = join(into, 'swiftshader');
  mkdirSync(folder);
  const packed = readFileSync(join(into, 'package/bin/swiftshader.tar.br'));
  writeFileSync(join(into, 'swiftshader.tar'), brotliDecompressSync(packed));
  must('tar', ['xf', '../swiftshader.tar'], folder);
  return folder;
}

const temporary = mkdtempSync(join(tmpdir(), 'flatcheck-webgpu-'));
const reasons = [];
/** The first folder whose driver works. */
function driver() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    reasons.push(`it is for linux x64, this is ${process.platform} ${process.arch}`);
    return undefined;
  }
  for (const folder of process.argv.includes('--download') ? [] : INSTALLED) {
    if (!existsSync(join(folder, DRIVER))) continue;
    const why = whyNot(folder);
    if (why === undefined) return folder;
    reasons.push(`${folder}: ${why}`);
  }
  try {
    const folder = download(temporary);
    const why = whyNot(folder);
    if (why === undefined) return folder;
    reasons.push(`${PACKAGE}: ${why}`);
  } catch (error) {
    reasons.push(`${PACKAGE}: ${error.message}`);
  }
  return undefined;
}

try {
  const folder = driver();
  if (folder === undefined)
    console.log(
      `SKIPPED: webgpu was NOT tested, no Vulkan driver in software was found: ${reasons.join('; ')}`,
    );
  else {
    console.log(`webgpu on SwiftShader of ${folder === join(temporary, 'swiftshader') ? PACKAGE : folder}`);
    const env = { ...using(folder), FLATCHECK_WEBGPU: 'required' };
    const { status } = spawnSync(process.execPath, ['dist/tests/run.js', 'engine/webgpu'], {
      env,
      stdio: 'inherit',
    });
    process.exitCode = status ?? 1;
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
