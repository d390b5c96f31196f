/** @file The claims by their ids, each loaded when it is asked for. A claim is the default export of <paper>/<id>.ts. */
import type { Claim } from '../src/theory/claim.js';
import type { Paper } from '../src/theory/result.js';

type Load = () => Promise<{ readonly default: Claim }>;

const CLAIMS = {
  'SAMBA-5': () => import('./samba/samba-5.js'),
  'SAMBA-7': () => import('./samba/samba-7.js'),
  'SAMBA-9': () => import('./samba/samba-9.js'),
  'SAMBA-14': () => import('./samba/samba-14.js'),
  'SAMBA-15': () => import('./samba/samba-15.js'),
  'SAMBA-17': () => import('./samba/samba-17.js'),
  'SAMBA-18': () => import('./samba/samba-18.js'),
  'SAMBA-21': () => import('./samba/samba-21.js'),
  'SAMBA-22': () => import('./samba/samba-22.js'),
  'SAMBA-24': () => import('./samba/samba-24.js'),
  'UJV-2': () => import('./ujvary/ujv-2.js'),
  'UJV-10': () => import('./ujvary/ujv-10.js'),
  'UJV-13': () => import('./ujvary/ujv-13.js'),
  'KP-14': () => import('./kumar-poole/kp-14.js'),
  'KP-15': () => import('./kumar-poole/kp-15.js'),
  'KP-18': () => import('./kumar-poole/kp-18.js'),
  'KP-24': () => import('./kumar-poole/kp-24.js'),
} satisfies Record<string, Load>;

export type ClaimId = keyof typeof CLAIMS;

/** In the order of the papers and of their equations. */
export const CLAIM_IDS = Object.keys(CLAIMS) as readonly ClaimId[];

export const isClaimId = (id: string): id is ClaimId => Object.hasOwn(CLAIMS, id);

const PAPERS: Readonly<Record<string, Paper>> = { SAMBA: 'samba', UJV: 'ujvary', KP: 'kumar-poole' };

/** The paper that a claim is about, which is also the folder of its file. */
export const paperOf = (id: ClaimId): Paper => PAPERS[id.slice(0, id.indexOf('-'))]!;

/** The path of a claim's compiled module inside properties/. */
export const claimModule = (id: ClaimId): string => `${paperOf(id)}/${id.toLowerCase()}.js`;

/** @throws where there is no such claim */
export async function loadClaim(id: string): Promise<Claim> {
  if (!isClaimId(id)) throw new Error(`registry: the id must be one of ${CLAIM_IDS.join(', ')}, got '${id}'`);
  return (await CLAIMS[id]()).default;
}

/** Objectives of src/core by name, each with the claims that vouch for its training. */
export async function objectivesVouchedFor(): Promise<Record<string, ClaimId[]>> {
  const vouched: Record<string, ClaimId[]> = {};
  for (const id of CLAIM_IDS) {
    for (const objective of (await loadClaim(id)).objectives ?? [])
      vouched[objective] = [...(vouched[objective] ?? []), id];
  }
  return vouched;
}
