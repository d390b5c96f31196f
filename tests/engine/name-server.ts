/**
 * @file Runs a program beside a name server of its own that answers nothing, and prints every name that was
 * asked for, a line each: `node name-server.js PROGRAM_TEXT`. For a network namespace, whose only address is
 * the loopback.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';

/** The name of a DNS question: labels, each with its length before it, from byte 12 on. */
function nameIn(message: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; message[at]; at += message[at]! + 1)
    labels.push(message.toString('latin1', at + 1, at + 1 + message[at]!));
  return labels.join('.');
}

const server = createSocket('udp4');
server.on('message', message => {
  console.log(nameIn(message));
  child?.kill(); // one name is enough
});
let child: ChildProcess | undefined;
server.bind(53, '127.0.0.1', () => {
  child = spawn(process.execPath, ['--input-type=module', '-e', process.argv[2]!], { stdio: 'ignore' });
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 0));
});
