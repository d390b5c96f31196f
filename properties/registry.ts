/**
 * @file The claims by their ids, each loaded when it is asked for. A claim is the default export of claims/<paper>/<id>.ts, or
 * of claims/<paper>/<id>/claim.ts where it has helpers of its own.
 */
import type { Claim } from '../src/claims/claim.js';
import type { Paper } from '../src/claims/result.js';

/** The module of each claim, in claims/. */
const CLAIMS = {
  'SAMBA-1': 'samba/samba-1',
  'SAMBA-2': 'samba/samba-2',
  'SAMBA-3': 'samba/samba-3',
  'SAMBA-4': 'samba/samba-4/claim',
  'SAMBA-5': 'samba/samba-5/claim',
  'SAMBA-6': 'samba/samba-6',
  'SAMBA-7': 'samba/samba-7',
  'SAMBA-8': 'samba/samba-8/claim',
  'SAMBA-9': 'samba/samba-9',
  'SAMBA-10': 'samba/samba-10',
  'SAMBA-11': 'samba/samba-11',
  'SAMBA-12': 'samba/samba-12',
  'SAMBA-13': 'samba/samba-13',
  'SAMBA-14': 'samba/samba-14',
  'SAMBA-15': 'samba/samba-15',
  'SAMBA-16': 'samba/samba-16',
  'SAMBA-17': 'samba/samba-17',
  'SAMBA-18': 'samba/samba-18',
  'SAMBA-19': 'samba/samba-19',
  'SAMBA-20': 'samba/samba-20',
  'SAMBA-21': 'samba/samba-21',
  'SAMBA-22': 'samba/samba-22',
  'SAMBA-23': 'samba/samba-23',
  'SAMBA-24': 'samba/samba-24/claim',
  'SAMBA-25': 'samba/samba-25',
  'SAMBA-26': 'samba/samba-26/claim',
  'SAMBA-27': 'samba/samba-27/claim',
  'SAMBA-28': 'samba/samba-28/claim',
  'SAMBA-29': 'samba/samba-29',
  'SAMBA-30': 'samba/samba-30',
  'SAMBA-31': 'samba/samba-31/claim',
  'SAMBA-32': 'samba/samba-32/claim',
  'SAMBA-33': 'samba/samba-33/claim',
  'SAMBA-34': 'samba/samba-34',
  'UJV-1': 'ujvary/ujv-1',
  'UJV-2': 'ujvary/ujv-2',
  'UJV-3': 'ujvary/ujv-3',
  'UJV-4': 'ujvary/ujv-4',
  'UJV-5': 'ujvary/ujv-5/claim',
  'UJV-6': 'ujvary/ujv-6',
  'UJV-7': 'ujvary/ujv-7',
  'UJV-8': 'ujvary/ujv-8',
  'UJV-9': 'ujvary/ujv-9',
  'UJV-10': 'ujvary/ujv-10',
  'UJV-11': 'ujvary/ujv-11',
  'UJV-12': 'ujvary/ujv-12',
  'UJV-13': 'ujvary/ujv-13',
  'UJV-14': 'ujvary/ujv-14/claim',
  'UJV-15': 'ujvary/ujv-15',
  'UJV-16': 'ujvary/ujv-16/claim',
  'UJV-17': 'ujvary/ujv-17',
  'UJV-18': 'ujvary/ujv-18/claim',
  'UJV-19': 'ujvary/ujv-19',
  'UJV-20': 'ujvary/ujv-20',
  'UJV-21': 'ujvary/ujv-21/claim',
  'UJV-22': 'ujvary/ujv-22/claim',
  'UJV-23': 'ujvary/ujv-23',
  'UJV-24': 'ujvary/ujv-24',
  'KP-1': 'kumar-poole/kp-1',
  'KP-2': 'kumar-poole/kp-2',
  'KP-3': 'kumar-poole/kp-3',
  'KP-4': 'kumar-poole/kp-4',
  'KP-5': 'kumar-poole/kp-5',
  'KP-6': 'kumar-poole/kp-6',
  'KP-7': 'kumar-poole/kp-7',
  'KP-8': 'kumar-poole/kp-8',
  'KP-9': 'kumar-poole/kp-9/claim',
  'KP-10': 'kumar-poole/kp-10',
  'KP-11': 'kumar-poole/kp-11/claim',
  'KP-12': 'kumar-poole/kp-12/claim',
  'KP-13': 'kumar-poole/kp-13',
  'KP-14': 'kumar-poole/kp-14/claim',
  'KP-15': 'kumar-poole/kp-15/claim',
  'KP-16': 'kumar-poole/kp-16/claim',
  'KP-17': 'kumar-poole/kp-17',
  'KP-18': 'kumar-poole/kp-18/claim',
  'KP-19': 'kumar-poole/kp-19',
  'KP-20': 'kumar-poole/kp-20/claim',
  'KP-21': 'kumar-poole/kp-21/claim',
  'KP-22': 'kumar-poole/kp-22/claim',
  'KP-23': 'kumar-poole/kp-23',
  'KP-24': 'kumar-poole/kp-24',
  'KP-25': 'kumar-poole/kp-25',
  'KP-26': 'kumar-poole/kp-26',
  'KP-27': 'kumar-poole/kp-27/claim',
  'KP-28': 'kumar-poole/kp-28',
  'KP-29': 'kumar-poole/kp-29/claim',
  'KP-30': 'kumar-poole/kp-30/claim',
  'KP-31': 'kumar-poole/kp-31',
  'VGR-1': 'vgr/vgr-1/claim',
  'VGR-2': 'vgr/vgr-2',
  'VGR-3': 'vgr/vgr-3',
  'VGR-4': 'vgr/vgr-4',
  'VGR-5': 'vgr/vgr-5',
  'VGR-6': 'vgr/vgr-6',
  'VGR-7': 'vgr/vgr-7',
  'VGR-8': 'vgr/vgr-8/claim',
  'VGR-9': 'vgr/vgr-9',
  'VGR-10': 'vgr/vgr-10',
  'VGR-11': 'vgr/vgr-11',
  'VGR-12': 'vgr/vgr-12',
  'VGR-13': 'vgr/vgr-13',
  'VGR-14': 'vgr/vgr-14',
  'VGR-15': 'vgr/vgr-15',
  'VGR-16': 'vgr/vgr-16',
  'VGR-17': 'vgr/vgr-17',
  'RAE-1': 'rae/rae-1',
  'RAE-2': 'rae/rae-2/claim',
  'RAE-3': 'rae/rae-3',
  'RAE-4': 'rae/rae-4/claim',
  'RAE-5': 'rae/rae-5/claim',
  'RAE-6': 'rae/rae-6/claim',
  'RAE-7': 'rae/rae-7/claim',
  'RAE-8': 'rae/rae-8/claim',
  'RAE-9': 'rae/rae-9/claim',
  'RAE-10': 'rae/rae-10',
} satisfies Record<string, string>;

export type ClaimId = keyof typeof CLAIMS;

/** In the order of the papers and of their equations. */
export const CLAIM_IDS = Object.keys(CLAIMS) as readonly ClaimId[];

export const isClaimId = (id: string): id is ClaimId => Object.hasOwn(CLAIMS, id);

const PAPERS: Readonly<Record<string, Paper>> = {
  SAMBA: 'samba',
  UJV: 'ujvary',
  KP: 'kumar-poole',
  VGR: 'vgr',
  RAE: 'rae',
};

/** The paper that a claim is about, which is also the folder of its file. */
export const paperOf = (id: ClaimId): Paper => PAPERS[id.slice(0, id.indexOf('-'))]!;

/** The path of a claim's compiled module inside properties/. */
export const claimModule = (id: ClaimId): string => `claims/${CLAIMS[id]}.js`;

/** @throws where there is no such claim */
export async function loadClaim(id: string): Promise<Claim> {
  if (!isClaimId(id)) throw new Error(`registry: the id must be one of ${CLAIM_IDS.join(', ')}, got '${id}'`);
  const module: { readonly default: Claim } = await import(`./${claimModule(id)}`);
  return module.default;
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
