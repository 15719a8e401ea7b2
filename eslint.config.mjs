import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import nx from '@nx/eslint-plugin';
import regexp from 'eslint-plugin-regexp';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const only = (...tags) => tags.map((tag) => `type:${tag}`);

/** Every arrow points down to core: what each kind of package may import. */
const arrows = [
  { sourceTag: 'type:core', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:engine', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:helper', onlyDependOnLibsWithTags: only('core', 'helper') },
  { sourceTag: 'type:plugin', onlyDependOnLibsWithTags: only('core', 'helper') },
  { sourceTag: 'type:backend', onlyDependOnLibsWithTags: only('core', 'engine', 'helper') },
  // Reads a format for one backend, whose engines it computes on.
  { sourceTag: 'type:reader', onlyDependOnLibsWithTags: [...only('core', 'engine', 'helper'), 'backend:tfjs'] },
  { sourceTag: 'type:testing', onlyDependOnLibsWithTags: only('core', 'engine') },
  // A page cannot look for packages: it is built with its plugins, as a host that was put together beforehand.
  { sourceTag: 'type:page', onlyDependOnLibsWithTags: only('core', 'helper', 'plugin', 'backend', 'reader') },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: only('core', 'helper', 'page') },
];

const boundaries = (depConstraints, options = {}) => ({
  '@nx/enforce-module-boundaries': ['error', { allow: [], depConstraints, ...options }],
});

/** Arguments lie on the stack, which holds about a hundred thousand: what comes out of a file or an image may be more. */
const spreadMessage =
  "Data as arguments of a call overflow the stack where there is much of it: core's largestOf, smallestOf and append loop.";
const noSpreadingOfData = {
  'no-restricted-syntax': [
    'error',
    ...[
      'CallExpression[callee.object.name="Math"] > SpreadElement',
      'CallExpression[callee.property.name=/^(push|unshift|splice|toSpliced|concat|fromCharCode|fromCodePoint|of)$/] > SpreadElement',
      // A function is applied to a list with two arguments; one is a method of that name.
      'CallExpression[callee.property.name="apply"][arguments.length=2]',
    ].map((selector) => ({ selector, message: spreadMessage })),
  ],
};

/** Sources that no runtime is assumed for: what a package's tsconfig.neutral.json includes, or all where its only tsconfig has `types: []`. */
const neutral = { files: [], ignores: [] };
for (const name of readdirSync(new URL('packages', import.meta.url))) {
  const read = (file) => {
    const url = new URL(`packages/${name}/${file}`, import.meta.url);
    return existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : undefined;
  };
  const isNeutral = read('tsconfig.lib.json')?.compilerOptions.types.length === 0;
  const { include, exclude = [] } = read('tsconfig.neutral.json') ?? { include: isNeutral ? ['src/**/*.ts'] : [] };
  neutral.files.push(...include.map((pattern) => `packages/${name}/${pattern}`));
  neutral.ignores.push(...exclude.map((pattern) => `packages/${name}/${pattern}`));
}

export default defineConfig(
  { ignores: ['**/dist', '**/node_modules', '**/out', '.nx', '**/coverage', '**/tmp', '.venv*'] },
  {
    files: ['packages/*/src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strict],
    plugins: { '@nx': nx, regexp },
    rules: {
      ...boundaries(arrows),
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Two overloads with a doc comment each say more than one with an optional parameter.
      '@typescript-eslint/unified-signatures': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
      ...noSpreadingOfData,
      // Names, paths and headers come from anywhere: no pattern may take longer than their length.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['packages/*/test/**/*.ts'],
    extends: [...tseslint.configs.strict],
    plugins: { '@nx': nx },
    rules: {
      // Tests put plugins and backends together, which is what a host does; what ships must not.
      ...boundaries([{ sourceTag: '*', onlyDependOnLibsWithTags: ['*'] }], { allowCircularSelfDependency: true }),
      'no-restricted-properties': [
        'error',
        { property: 'concurrent', message: 'tools/workspace/test-runner.cjs takes tests to follow upon one another.' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    ...neutral,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: builtinModules,
          patterns: [{ group: ['node:*', 'onnxruntime-node'], message: 'This has to run without Node.' }],
        },
      ],
      'no-restricted-globals': ['error', 'Buffer', 'process', 'global', 'require', '__dirname', '__filename'],
    },
  },
  {
    // Only the executable may decide about the process.
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/cli/bin/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Return an exit code; only bin may exit.' },
      ],
    },
  },
);
