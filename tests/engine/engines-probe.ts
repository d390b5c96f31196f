/** @file Stands for an engine's probe that goes wrong in the way its argument says. */
const ways: Readonly<Record<string, () => void>> = {
  webgpu: () => process.kill(process.pid, 'SIGSEGV'),
  cuda: () => console.log('no JSON'),
  'tfjs-node-gpu': () => setTimeout(() => {}, 60_000),
  float64: () => {
    console.error('cannot go on');
    process.exit(7);
  },
};

ways[process.argv[2]!]!();
