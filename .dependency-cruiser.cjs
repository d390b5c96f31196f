/** The rooms, what each may import (ci/rooms.json), and what of it: see docs/architecture.md. */
const ROOMS = require('./ci/rooms.json');

const filesOf = name => {
  const { room, files = `^${room}/` } = ROOMS.find(({ room }) => room === name);
  return files;
};

/** Every module of ours but tests, which may import anything. */
const OURS = '^(bin|src|properties|experiments|bench)/';

/** The folders of the engine, lowest first, and the arrows allowed between them. */
const ENGINE = {
  graph: [],
  gradients: [],
  trace: ['graph', 'gradients'],
  interpreter: ['graph'],
  passes: ['graph', 'interpreter'],
  float64: ['graph', 'interpreter', 'passes'],
  onnx: ['graph', 'passes'],
  jit: ['graph', 'trace', 'float64', 'onnx'],
  engines: ['graph', 'float64', 'onnx'],
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@tensorflow/tfjs-node' },
    },
    ...ROOMS.map(({ room, imports }) => ({
      name: `${room.replaceAll('/', '-')}-imports`,
      severity: 'error',
      from: { path: filesOf(room) },
      to: { path: OURS, pathNot: [room, ...imports].map(filesOf) },
    })),
    ...Object.keys(ENGINE).map(name => ({
      name: `engine-${name}-imports`,
      severity: 'error',
      from: { path: `^src/engine/${name}/` },
      to: {
        // the files beside the folders are their public faces
        path: '^src/engine/[^/]+/',
        pathNot: [name, ...ENGINE[name]].map(folder => `^src/engine/${folder}/`),
      },
    })),
    {
      name: 'every-module-is-in-a-room',
      severity: 'error',
      from: { path: OURS, pathNot: ROOMS.map(({ room }) => filesOf(room)) },
      to: {},
    },
    {
      name: 'core-uses-the-op-surface-only',
      severity: 'error',
      from: { path: filesOf('src/core') },
      to: { path: filesOf('src/engine'), pathNot: '^src/engine/ops\\.ts$' },
    },
    {
      name: 'reports-and-gate-read-results-only',
      severity: 'error',
      from: { path: '^src/(report|gate)/' },
      to: {
        path: '^src/(claims|vectors|formats)/',
        pathNot: [
          '^src/formats/printable\\.ts$',
          '^src/claims/(result|conclude|finding|verdict|experiment/(model|summary)|checks/text)\\.ts$',
          '^src/vectors/result\\.ts$',
        ],
      },
    },
    {
      name: 'a-paper-leaves-the-claims-of-others-alone',
      severity: 'error',
      from: { path: '^properties/claims/([^/]+)/' },
      to: { path: '^properties/claims/', pathNot: '^properties/claims/$1/' },
    },
    {
      name: 'theory-without-tfjs',
      severity: 'error',
      from: { path: '^src/(claims|theory)/' },
      to: { path: 'node_modules/(@tensorflow|onnxruntime)' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { path: '^tests/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
