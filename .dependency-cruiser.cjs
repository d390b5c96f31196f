/** The rooms of the design and the arrows allowed between them: see docs/architecture.md. */
const ROOMS = {
  claims: [],
  theory: ['claims'],
  formats: [],
  engine: ['formats'],
  core: [],
  studies: ['core', 'engine', 'formats', 'claims', 'theory', 'train'],
  train: ['core', 'engine', 'formats', 'claims', 'theory'],
  vectors: ['core', 'engine', 'formats', 'claims', 'theory'],
  report: ['claims'],
  gate: ['claims'],
};

const rooms = Object.keys(ROOMS);
const room = name => `^src/${name}/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@tensorflow/tfjs-node' },
    },
    ...rooms.map(name => ({
      name: `${name}-imports`,
      severity: 'error',
      from: { path: room(name) },
      to: {
        path: '^(src|properties|experiments|tests|bench)/',
        pathNot: [
          room(name),
          ...ROOMS[name].map(room),
          // core sees the engine only through its op surface
          ...(name === 'core' ? ['^src/engine/ops\\.ts$'] : []),
        ],
      },
    })),
    {
      name: 'reports-and-gate-read-results-only',
      severity: 'error',
      from: { path: '^src/(report|gate)/' },
      to: {
<<<<<<< /tmp/lift.ours
        path: room('claims'),
        pathNot: '^src/claims/(result|verdict|experiment/(model|summary)|checks/text)\\.ts$',
=======
        path: room('theory'),
        pathNot: '^src/theory/(result|verdict|conclude|experiment/(model|summary)|checks/text)\\.ts$',
>>>>>>> /tmp/lift.theirs
      },
    },
    {
      name: 'properties-imports',
      severity: 'error',
      from: { path: '^properties/' },
      to: {
        path: '^(src|experiments|tests|bench)/',
        pathNot: ['claims', 'theory', 'core', 'engine', 'studies', 'train'].map(room),
      },
    },
    {
      name: 'experiments-imports',
      severity: 'error',
      from: { path: '^experiments/' },
      to: {
        path: '^(src|properties|tests|bench)/',
        pathNot: ['claims', 'theory', 'core', 'engine', 'studies', 'formats', 'train', 'report'].map(room),
      },
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
