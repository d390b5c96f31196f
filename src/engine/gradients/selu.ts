/**
 * @file The constants of the selu activation: Klambauer et al. 2017, "Self-normalizing neural networks", eq.
 * (14).
 */

export const SELU_ALPHA = 1.6732632423543772;
export const SELU_SCALE = 1.0507009873554805;
