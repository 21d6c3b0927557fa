/** The layers of ARCHITECTURE.md: imports point downwards only. Each entry may import itself and what stands before it. */
const LAYERS = [
  ['units'],
  ['kernel'],
  ['model'],
  ['policies'],
  ['metrics'],
  ['simulation'],
  ['scenario'],
  ['experiment'],
  // Side by side: none of these imports another of the same row.
  ['traces', 'report', 'store'],
  ['execution'],
  ['library'],
  ['tui'],
  ['cli'],
];

const PURE = ['units', 'kernel', 'model', 'policies', 'metrics', 'simulation', 'scenario', 'experiment'];

const rules = LAYERS.flatMap((row, level) =>
  row.map((layer) => {
    const allowed = [...LAYERS.slice(0, level).flat(), layer];
    return {
      name: `${layer}-imports-downwards`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: '^src/', pathNot: `^src/(${allowed.join('|')})/` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...rules,
    {
      name: 'pure-layers-have-no-node-modules',
      comment: 'These layers also run in a browser.',
      severity: 'error',
      from: { path: `^src/(${PURE.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles-between-modules',
      comment: "The event handlers of one run call each other: a task's way through the system has loops.",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/simulation/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { path: '^src/', orphan: true, pathNot: ['^src/model/trace-table\\.ts$'] },
      to: {},
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-dev', 'unknown', 'undetermined'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
