/** The optional dependency, of which we need nothing but that it registers its backend. */
declare module '@tensorflow/tfjs-node-gpu' {
  const registered: unknown;
  export default registered;
}
