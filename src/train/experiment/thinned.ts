/** @file A curve of bounded length from any number of points. */
import type { Curve } from '../../claims/experiment/model.js';

/** Points of a curve, at most twice as many while they come in. */
export const MOST_POINTS = 4000;

/**
 * Keeps every point while they are few; of more, every second, fourth, ... from the first on, and the last
 * one. Which are kept depends on their number alone.
 */
export class Thinned {
  private points: (readonly [number, number])[] = [];
  private every = 1;
  private seen = 0;
  private last: readonly [number, number] | undefined;

  add(x: number, y: number): void {
    this.last = [x, y];
    if (this.seen++ % this.every !== 0) return;
    this.points.push(this.last);
    if (this.points.length <= MOST_POINTS) return;
    this.points = this.points.filter((_, i) => i % 2 === 0);
    this.every *= 2;
  }

  get curve(): Curve {
    const { points, last } = this;
    return last === undefined || points.at(-1) === last ? points : [...points, last];
  }
}
