/** @file How long to go on: `npm run soak` asks the tests that damage and kill things to do it for long. */
export const SOAK = process.env.FLATCHECK_SOAK === '1';

/** The count for an ordinary run, or the one for a soak. */
export const times = (ordinary: number, soak: number): number => (SOAK ? soak : ordinary);
