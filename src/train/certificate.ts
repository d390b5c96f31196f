/**
 * @file Certificates: which claims have passed for which code and engine. Training asks for one before it
 * starts.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../claims/verdict.js';
import { makeFolder, writeJson } from '../formats/atomic.js';
import { readText, sha256 } from '../formats/files.js';
import { UnavailableError } from '../formats/input-error.js';
import { isObject, parseJson } from '../formats/json.js';
import { InUseError, lockFolder } from '../formats/lock.js';
import { Fields, oneOf, type Rule, text } from './fields.js';

export interface Certificate {
  readonly schema: 1;
  /** Digest of the code that was checked and would train. */
  readonly codeDigest: string;
  /** The engine on which the claims were checked. */
  readonly engine: string;
  readonly claims: Readonly<Record<string, Outcome>>;
  /** The claims that vouch for each objective, as the registry had them. */
  readonly objectives: Readonly<Record<string, readonly string[]>>;
}

/** Where certificates lie when nothing else is said, below the working folder. */
export const CERTIFICATES = join('.flatcheck', 'certificates');

type Subject = Pick<Certificate, 'codeDigest' | 'engine'>;

const pathOf = (folder: string, { codeDigest, engine }: Subject): string =>
  join(folder, `${sha256(`${codeDigest} ${engine}`).slice(0, 32)}.json`);

/** A certificate is written in milliseconds; who waits longer waits for a process that hangs. */
const LONGEST_WAIT = 30_000;

/** Takes the lock on the folder of certificates, waiting for others that write there. */
async function lockCertificates(folder: string): Promise<() => void> {
  for (const began = performance.now(); ; ) {
    try {
      return await lockFolder('certificate', folder);
    } catch (error) {
      if (!(error instanceof InUseError) || performance.now() - began > LONGEST_WAIT) throw error;
      await sleep(10 + Math.random() * 40);
    }
  }
}

/**
 * Adds to what is already certified for the same code and engine; the newer outcome of a claim counts.
 * Several may do so at once. Returns the path.
 */
export async function writeCertificate(folder: string, certificate: Certificate): Promise<string> {
  const path = pathOf(folder, certificate);
  makeFolder('certificate', folder);
  const release = await lockCertificates(folder);
  try {
    const before = readCertificate(folder, certificate);
    writeJson('certificate', path, {
      ...certificate,
      claims: { ...before?.claims, ...certificate.claims },
      objectives: { ...before?.objectives, ...certificate.objectives },
    });
  } finally {
    release();
  }
  return path;
}

const outcome = oneOf<Outcome>('pass', 'fail', 'inconclusive');

const recordOf = <T>(
  says: string,
  is: (value: unknown) => value is T,
): Rule<Readonly<Record<string, T>>> => ({
  says: `an object of ${says}`,
  is: (value): value is Record<string, T> => isObject(value) && Object.values(value).every(is),
});

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(text.is);

/** The certificate for this code and engine, or undefined when there is none. */
export function readCertificate(folder: string, subject: Subject): Certificate | undefined {
  const path = pathOf(folder, subject);
  if (!existsSync(path)) return undefined;
  const value = parseJson(readText('certificate', path, 16 << 20), `certificate: ${path}`);
  const fields = new Fields(value, { command: 'certificate', file: path });
  return fields.end({
    schema: fields.get('schema', oneOf<1>(1)),
    codeDigest: fields.get('codeDigest', oneOf(subject.codeDigest)),
    engine: fields.get('engine', oneOf(subject.engine)),
    claims: fields.get('claims', recordOf('outcomes', outcome.is)),
    objectives: fields.get('objectives', recordOf('lists of claims', isNames)),
  });
}

/** What must have passed before an objective may train. */
export interface Requirement extends Subject {
  /** The folder of certificates. */
  readonly folder: string;
  /** The claims that vouch for the objective. */
  readonly claims: readonly string[];
}

/**
 * The certificate that covers the requirement; throws `UnavailableError` saying what is missing or failed.
 */
export function requireCertificate(objective: string, requirement: Requirement): Certificate {
  const { folder, claims, engine } = requirement;
  const refuse = (what: string, todo: string): never => {
    throw new UnavailableError(
      `train: the claims behind '${objective}' must have passed for this code on ${engine}, ${what} - ` +
        `${todo}, or train with --unverified`,
    );
  };
  if (claims.length === 0) return refuse('but no claim vouches for it', 'choose another objective');
  const certificate = readCertificate(folder, requirement);
  const outcomes = new Map(Object.entries(certificate?.claims ?? {}));
  const found = (wanted: Outcome | undefined): string[] => claims.filter(id => outcomes.get(id) === wanted);
  const verify = (ids: readonly string[]): string =>
    `run: flatcheck verify ${ids.map(id => `--claim ${id}`).join(' ')}`;
  const failed = found('fail');
  if (failed.length > 0) refuse(`got fail for ${failed.join(', ')}`, `${verify(failed)} and see why`);
  const undecided = found('inconclusive');
  if (undecided.length > 0)
    refuse(`got inconclusive for ${undecided.join(', ')}`, `${verify(undecided)} --deep`);
  const missing = found(undefined);
  if (certificate === undefined || missing.length > 0)
    return refuse(`got no result for ${missing.join(', ')}`, verify(missing));
  return certificate;
}
