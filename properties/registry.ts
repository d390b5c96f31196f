/** @file The claims by their ids, each loaded when it is asked for. A claim is the default export of <paper>/<id>.ts. */
import type { Claim } from '../src/theory/claim.js';
import type { Paper } from '../src/theory/result.js';

type Load = () => Promise<{ readonly default: Claim }>;

const CLAIMS = {
  'SAMBA-1': () => import('./samba/samba-1.js'),
  'SAMBA-2': () => import('./samba/samba-2.js'),
  'SAMBA-3': () => import('./samba/samba-3.js'),
  'SAMBA-4': () => import('./samba/samba-4.js'),
  'SAMBA-5': () => import('./samba/samba-5.js'),
  'SAMBA-6': () => import('./samba/samba-6.js'),
  'SAMBA-7': () => import('./samba/samba-7.js'),
  'SAMBA-8': () => import('./samba/samba-8.js'),
  'SAMBA-9': () => import('./samba/samba-9.js'),
  'SAMBA-10': () => import('./samba/samba-10.js'),
  'SAMBA-11': () => import('./samba/samba-11.js'),
  'SAMBA-12': () => import('./samba/samba-12.js'),
  'SAMBA-13': () => import('./samba/samba-13.js'),
  'SAMBA-14': () => import('./samba/samba-14.js'),
  'SAMBA-15': () => import('./samba/samba-15.js'),
  'SAMBA-16': () => import('./samba/samba-16.js'),
  'SAMBA-17': () => import('./samba/samba-17.js'),
  'SAMBA-18': () => import('./samba/samba-18.js'),
  'SAMBA-19': () => import('./samba/samba-19.js'),
  'SAMBA-20': () => import('./samba/samba-20.js'),
  'SAMBA-21': () => import('./samba/samba-21.js'),
  'SAMBA-22': () => import('./samba/samba-22.js'),
  'SAMBA-23': () => import('./samba/samba-23.js'),
  'SAMBA-24': () => import('./samba/samba-24.js'),
  'SAMBA-25': () => import('./samba/samba-25.js'),
  'SAMBA-26': () => import('./samba/samba-26.js'),
  'SAMBA-27': () => import('./samba/samba-27.js'),
  'SAMBA-28': () => import('./samba/samba-28.js'),
  'SAMBA-29': () => import('./samba/samba-29.js'),
  'SAMBA-30': () => import('./samba/samba-30.js'),
  'SAMBA-31': () => import('./samba/samba-31.js'),
  'SAMBA-32': () => import('./samba/samba-32.js'),
  'SAMBA-33': () => import('./samba/samba-33.js'),
  'SAMBA-34': () => import('./samba/samba-34.js'),
  'UJV-1': () => import('./ujvary/ujv-1.js'),
  'UJV-2': () => import('./ujvary/ujv-2.js'),
  'UJV-3': () => import('./ujvary/ujv-3.js'),
  'UJV-4': () => import('./ujvary/ujv-4.js'),
  'UJV-5': () => import('./ujvary/ujv-5.js'),
  'UJV-6': () => import('./ujvary/ujv-6.js'),
  'UJV-7': () => import('./ujvary/ujv-7.js'),
  'UJV-8': () => import('./ujvary/ujv-8.js'),
  'UJV-9': () => import('./ujvary/ujv-9.js'),
  'UJV-10': () => import('./ujvary/ujv-10.js'),
  'UJV-11': () => import('./ujvary/ujv-11.js'),
  'UJV-12': () => import('./ujvary/ujv-12.js'),
  'UJV-13': () => import('./ujvary/ujv-13.js'),
  'UJV-14': () => import('./ujvary/ujv-14.js'),
  'UJV-15': () => import('./ujvary/ujv-15.js'),
  'UJV-16': () => import('./ujvary/ujv-16.js'),
  'UJV-17': () => import('./ujvary/ujv-17.js'),
  'UJV-18': () => import('./ujvary/ujv-18.js'),
  'UJV-19': () => import('./ujvary/ujv-19.js'),
  'UJV-20': () => import('./ujvary/ujv-20.js'),
  'UJV-21': () => import('./ujvary/ujv-21.js'),
  'UJV-22': () => import('./ujvary/ujv-22.js'),
  'UJV-23': () => import('./ujvary/ujv-23.js'),
  'UJV-24': () => import('./ujvary/ujv-24.js'),
  'KP-1': () => import('./kumar-poole/kp-1.js'),
  'KP-2': () => import('./kumar-poole/kp-2.js'),
  'KP-3': () => import('./kumar-poole/kp-3.js'),
  'KP-4': () => import('./kumar-poole/kp-4.js'),
  'KP-5': () => import('./kumar-poole/kp-5.js'),
  'KP-6': () => import('./kumar-poole/kp-6.js'),
  'KP-7': () => import('./kumar-poole/kp-7.js'),
  'KP-8': () => import('./kumar-poole/kp-8.js'),
  'KP-9': () => import('./kumar-poole/kp-9.js'),
  'KP-10': () => import('./kumar-poole/kp-10.js'),
  'KP-11': () => import('./kumar-poole/kp-11.js'),
  'KP-12': () => import('./kumar-poole/kp-12.js'),
  'KP-13': () => import('./kumar-poole/kp-13.js'),
  'KP-14': () => import('./kumar-poole/kp-14.js'),
  'KP-15': () => import('./kumar-poole/kp-15.js'),
  'KP-16': () => import('./kumar-poole/kp-16.js'),
  'KP-17': () => import('./kumar-poole/kp-17.js'),
  'KP-18': () => import('./kumar-poole/kp-18.js'),
  'KP-19': () => import('./kumar-poole/kp-19.js'),
  'KP-20': () => import('./kumar-poole/kp-20.js'),
  'KP-21': () => import('./kumar-poole/kp-21.js'),
  'KP-22': () => import('./kumar-poole/kp-22.js'),
  'KP-23': () => import('./kumar-poole/kp-23.js'),
  'KP-24': () => import('./kumar-poole/kp-24.js'),
  'KP-25': () => import('./kumar-poole/kp-25.js'),
  'KP-26': () => import('./kumar-poole/kp-26.js'),
  'KP-27': () => import('./kumar-poole/kp-27.js'),
  'KP-28': () => import('./kumar-poole/kp-28.js'),
  'KP-29': () => import('./kumar-poole/kp-29.js'),
  'KP-30': () => import('./kumar-poole/kp-30.js'),
  'KP-31': () => import('./kumar-poole/kp-31.js'),
  'VGR-1': () => import('./vgr/vgr-1.js'),
  'VGR-2': () => import('./vgr/vgr-2.js'),
  'VGR-3': () => import('./vgr/vgr-3.js'),
  'VGR-4': () => import('./vgr/vgr-4.js'),
  'VGR-5': () => import('./vgr/vgr-5.js'),
  'VGR-6': () => import('./vgr/vgr-6.js'),
  'VGR-7': () => import('./vgr/vgr-7.js'),
  'VGR-8': () => import('./vgr/vgr-8.js'),
  'VGR-9': () => import('./vgr/vgr-9.js'),
  'VGR-10': () => import('./vgr/vgr-10.js'),
  'VGR-11': () => import('./vgr/vgr-11.js'),
  'VGR-12': () => import('./vgr/vgr-12.js'),
  'VGR-13': () => import('./vgr/vgr-13.js'),
  'VGR-14': () => import('./vgr/vgr-14.js'),
  'VGR-15': () => import('./vgr/vgr-15.js'),
  'VGR-16': () => import('./vgr/vgr-16.js'),
  'VGR-17': () => import('./vgr/vgr-17.js'),
  'RAE-1': () => import('./rae/rae-1.js'),
  'RAE-2': () => import('./rae/rae-2.js'),
  'RAE-3': () => import('./rae/rae-3.js'),
  'RAE-4': () => import('./rae/rae-4.js'),
  'RAE-5': () => import('./rae/rae-5.js'),
  'RAE-6': () => import('./rae/rae-6.js'),
  'RAE-7': () => import('./rae/rae-7.js'),
  'RAE-8': () => import('./rae/rae-8.js'),
  'RAE-9': () => import('./rae/rae-9.js'),
  'RAE-10': () => import('./rae/rae-10.js'),
} satisfies Record<string, Load>;

export type ClaimId = keyof typeof CLAIMS;

/** In the order of the papers and of their equations. */
export const CLAIM_IDS = Object.keys(CLAIMS) as readonly ClaimId[];

export const isClaimId = (id: string): id is ClaimId => Object.hasOwn(CLAIMS, id);

/** Claims that also run a network of the size of the experiments under --deep, which takes about 3 GB. */
export const LARGE_WHEN_DEEP: ReadonlySet<ClaimId> = new Set<ClaimId>([
  'SAMBA-4',
  'SAMBA-18',
  'SAMBA-21',
  'SAMBA-22',
  'SAMBA-26',
]);

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
