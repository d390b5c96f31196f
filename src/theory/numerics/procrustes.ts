/** @file How far inferred latents are rotated from the true ones: orthogonal Procrustes in two dimensions. */
import { svd } from './eigen.js';
import type { Matrix } from './matrix.js';

/** An angle as one in (-45, 45] degrees: axes have neither an order nor a sign. */
export const modQuarter = (degrees: number): number => {
  const rest = degrees - 90 * Math.floor((degrees + 45) / 90);
  return rest === -45 ? 45 : rest;
};

/** The orthogonal O with the least |Z - OM|, from the sum of z m' over the data. */
export function procrustes(cross: Matrix): number[][] {
  const { values, right, scaledLeft } = svd(cross);
  return cross.map((_, i) =>
    cross.map((__, j) => values.reduce((sum, s, k) => sum + (scaledLeft[k]![i]! / s) * right[k]![j]!, 0)),
  );
}

/**
 * Where O takes the first axis of the inferred latents, in degrees mod 90. A reflection is undone on the side
 * of the inferred latents, whose signs mean nothing: that leaves the first column of O as it is.
 */
export const axisAngle = (o: Matrix): number =>
  modQuarter((Math.atan2(o[1]![0]!, o[0]![0]!) * 180) / Math.PI);
