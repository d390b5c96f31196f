/** @file Runs a command in this process, with what it prints; on a pretended terminal if wanted. */
import { type ExitCode, exitCodeOf } from '../../src/cli/exit.js';

/** What a command left behind. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  /** The working folder. */
  readonly folder?: string;
  readonly terminal?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(env))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
}

/**
 * Calls the body with stdout and stderr caught. An error becomes its exit code and its line, as in main; null
 * is a bug.
 */
export async function captured(body: () => Promise<ExitCode>, where: Where = {}): Promise<Ended> {
  const { folder, terminal = false, env = {} } = where;
  const streams = [process.stdout, process.stderr] as const;
  const before = streams.map(({ write, isTTY }) => ({ write, isTTY }));
  const environment = Object.fromEntries(Object.keys(env).map(name => [name, process.env[name]]));
  const cwd = process.cwd();
  const text = ['', ''];
  for (const [i, stream] of streams.entries())
    Object.assign(stream, {
      isTTY: terminal,
      write: (part: string) => {
        text[i] += part;
        return true;
      },
    });
  setEnvironment(env);
  if (folder !== undefined) process.chdir(folder);
  const ended = (status: number | null): Ended => ({ status, stdout: text[0]!, stderr: text[1]! });
  try {
    return ended(await body());
  } catch (error) {
    text[1] += `${(error as Error).message}\n`;
    return ended(exitCodeOf(error));
  } finally {
    for (const [i, stream] of streams.entries()) Object.assign(stream, before[i]);
    setEnvironment(environment);
    process.chdir(cwd);
  }
}
