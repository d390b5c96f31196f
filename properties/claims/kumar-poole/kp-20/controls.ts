/** @file What KP-20 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { GRAE } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import { BETA_VAE_TAYLOR } from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import * as blocks from '../../../../src/theory/closed/blocks.js';
import { mat, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';

/** What is made of P = I + J'J / beta with blocks of these sizes. */
type OfBlocks<Result> = (p: mat.Matrix, sizes: readonly number[]) => Result;

export const SUBJECT = {
  taylor: BETA_VAE_TAYLOR.rules,
  grae: GRAE.rules,
  hadamard: GRAE_HADAMARD.rules,
  /** The best covariance of such blocks. */
  optimum: blocks.blockOptimum as OfBlocks<mat.Matrix>,
  /** The log det that the best covariance of such blocks leaves. */
  logDet: blocks.blockLogDet as OfBlocks<number>,
  /** What of P is left across the blocks. */
  correlation: blocks.blockCorrelation as OfBlocks<mat.Matrix>,
};
export type Subject = typeof SUBJECT;

const blockwise = (p: mat.Matrix, sizes: readonly number[]): mat.Matrix =>
  blocks.blockDiagonal(blocks.blocksOf(p, sizes));

/** Blocks of one latent each. */
const singles = (p: mat.Matrix): number[] => p.map(() => 1);

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'optimum', {
    blocksOfInverse: [
      'the blocks of P^-1 for the inverses of the blocks of P',
      (p, sizes) => blockwise(mat.inverse(p), sizes),
    ],
    meanField: ['1 / diag P whatever the blocks are', p => SUBJECT.optimum(p, singles(p))],
    precisionForCovariance: ['the blocks of P themselves', blockwise],
  }),
  ...wrong.formula(SUBJECT, 'logDet', {
    fullLogDet: ['log det P whatever the blocks are', p => mat.logDet(p)],
    hadamardForFischer: ['sum log P_ii whatever the blocks are', p => SUBJECT.logDet(p, singles(p))],
  }),
  ...wrong.formula(SUBJECT, 'correlation', {
    correlationOfSingles: [
      'correlations of all latents, those inside a block included',
      p => SUBJECT.correlation(p, singles(p)),
    ],
    covarianceForCorrelation: ['P for its correlations', p => p],
  }),
  ...wrong.rules(
    SUBJECT,
    'hadamard',
    known(GRAE_HADAMARD, { graeForHadamard: 'logDeterminant', hadamardRows: 'otherGram' }),
  ),
  ...wrong.rules(SUBJECT, 'grae', known(GRAE, { hadamardForGrae: 'hadamard' })),
  ...wrong.rules(SUBJECT, 'taylor', {
    ...known(BETA_VAE_TAYLOR, { taylorWithoutHalf: 'penaltyWithoutHalf' }),
    factorTransposed: [
      "J L' for J L",
      { spread: (j, scale) => (scale.kind === 'cholesky' ? tf.matMul(j, scale.factor, false, true) : j) },
    ],
  }),
};
