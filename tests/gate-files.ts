/** @file Results that the tests have anyway, left for the gate at the end of `npm test`. */

/** The environment variable that names the folder for them; without it nothing is left. */
export const RESULTS = 'FLATCHECK_TEST_RESULTS';

/** As of `flatcheck verify --json-file`. */
export const CLAIMS_FILE = 'report.json';

/** As of `flatcheck vectors check golden/vectors --json`. */
export const VECTORS_FILE = 'vectors.json';

/**
 * The environment variable that leaves out the claims as a whole: another run of the same code verifies them.
 */
export const FEW = 'FLATCHECK_TEST_FEW';
