/** Within a package, files import each other along arrows that never lead back; across packages eslint holds the arrows. */
module.exports = {
  forbidden: [
    {
      name: 'no-import-circle',
      comment:
        'Files that import each other in a circle cannot be read, tested or moved one at a time. Types count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that is not resolved would be passed over by the rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-web-runtime-in-node',
      comment: 'Whoever opens models in Node does not install what runs them in a browser.',
      severity: 'error',
      from: { path: '^packages/backend-onnx/src/index[.]ts$' },
      to: { path: 'onnxruntime-web', reachable: true },
    },
    {
      name: 'no-node-runtime-in-browser',
      comment: 'A browser cannot load what runs models in Node, not even where nothing uses it.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/web/' },
      // The package itself lies in a folder that is left out below; the lint rule for neutral files refuses it.
      to: {
        path: '^packages/(backend-onnx/src/onnx-runtime|backend-tfjs/src/(disk|node-engines))[.]ts$',
        reachable: true,
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@understory/source', 'import', 'node', 'default', 'types'],
    },
  },
};
