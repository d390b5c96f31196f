/** @file The types of a compiled function, from those of the function. */
import type * as tf from '@tensorflow/tfjs';
import type { NumberArray } from './array.js';
import type { Input } from './inputs.js';

/** No argument of a compiled function: the function closes over them. */
type Plain = number | string | boolean | bigint | symbol | null;

/** What may be given for a tensor, or records and lists of tensors. */
export type InputsOf<T> = T extends tf.Tensor
  ? Input
  : T extends Plain
    ? never
    : { readonly [K in keyof T]: InputsOf<T[K]> };

/** What comes back for a tensor, or records and lists of tensors. */
export type OutputsOf<T> = T extends tf.Tensor ? NumberArray : { readonly [K in keyof T]: OutputsOf<T[K]> };

/** What to call a compiled function with. */
export type ArgumentsOf<Args extends readonly unknown[]> = { readonly [K in keyof Args]: InputsOf<Args[K]> };
