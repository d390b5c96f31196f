/** @file What KP-20 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import type { GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import type { BetaVaeTaylorRules } from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { blockDiagonal, blocksOf } from '../../../../src/theory/closed/blocks.js';
import { type Mutant, mat, mutant } from '../../../kit.js';

export interface Subject {
  readonly taylor: BetaVaeTaylorRules;
  readonly grae: GraeRules;
  readonly hadamard: GraeRules;
  /** The best covariance of such blocks, for P = I + J'J / beta. */
  readonly optimum: (p: mat.Matrix, sizes: readonly number[]) => mat.Matrix;
  /** The log det that the best covariance of such blocks leaves. */
  readonly logDet: (p: mat.Matrix, sizes: readonly number[]) => number;
  /** What of P is left across the blocks. */
  readonly correlation: (p: mat.Matrix, sizes: readonly number[]) => mat.Matrix;
}

const diagonalOf = (p: mat.Matrix): number[] => p.map((row, i) => row[i]!);

export const MUTANTS = {
  blocksOfInverse: mutant<Subject>('the blocks of P^-1 for the inverses of the blocks of P', s => ({
    ...s,
    optimum: (p, sizes) => blockDiagonal(blocksOf(mat.inverse(p), sizes)),
  })),
  meanField: mutant<Subject>('1 / diag P whatever the blocks are', s => ({
    ...s,
    optimum: p => blockDiagonal(diagonalOf(p).map(x => [[1 / x]])),
  })),
  precisionForCovariance: mutant<Subject>('the blocks of P themselves', s => ({
    ...s,
    optimum: (p, sizes) => blockDiagonal(blocksOf(p, sizes)),
  })),
  fullLogDet: mutant<Subject>('log det P whatever the blocks are', s => ({
    ...s,
    logDet: p => mat.logDet(p),
  })),
  hadamardForFischer: mutant<Subject>('sum log P_ii whatever the blocks are', s => ({
    ...s,
    logDet: p => diagonalOf(p).reduce((sum, x) => sum + Math.log(x), 0),
  })),
  correlationOfSingles: mutant<Subject>('correlations of all latents, those inside a block included', s => ({
    ...s,
    correlation: p => {
      const root = diagonalOf(p).map(Math.sqrt);
      return p.map((row, i) => row.map((x, j) => x / (root[i]! * root[j]!)));
    },
  })),
  covarianceForCorrelation: mutant<Subject>('P for its correlations', s => ({ ...s, correlation: p => p })),
  graeForHadamard: mutant<Subject>('the log det for the Hadamard bound', s => ({ ...s, hadamard: s.grae })),
  hadamardForGrae: mutant<Subject>('the Hadamard bound for the log det', s => ({ ...s, grae: s.hadamard })),
  hadamardRows: mutant<Subject>('rows instead of columns in the Hadamard bound', s => ({
    ...s,
    hadamard: { ...s.hadamard, logDet: a => s.hadamard.logDet(tf.transpose(a, [0, 2, 1])) },
  })),
  taylorWithoutHalf: mutant<Subject>('tr(A S) for tr(A S) / 2', s => ({
    ...s,
    taylor: { ...s.taylor, prefactor: () => 1 },
  })),
  factorTransposed: mutant<Subject>("J L' for J L", s => ({
    ...s,
    taylor: {
      ...s.taylor,
      spread: (j, scale) => (scale.kind === 'cholesky' ? tf.matMul(j, scale.factor, false, true) : j),
    },
  })),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
