import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The jest configuration of one package: native ES modules, TypeScript through swc, sources instead of builds. */
export function packageConfig(name) {
  return {
    displayName: name,
    rootDir: here(`./packages/${name}`),
    testMatch: ['<rootDir>/test/**/*.test.ts'],
    testEnvironment: here('./tools/workspace/jest-environment.cjs'),
    testRunner: here('./tools/workspace/test-runner.cjs'),
    testEnvironmentOptions: { customExportConditions: ['@understory/source', 'node', 'node-addons'] },
    injectGlobals: false,
    extensionsToTreatAsEsm: ['.ts'],
    transformIgnorePatterns: ['/node_modules/(?!(?:@stdlib|semver)/)'],
    transform: {
      '/node_modules/(?:@stdlib|semver)/.+\\.js$': here('./tools/workspace/outer-realm.cjs'),
      '^.+\\.ts$': [
        here('./node_modules/@swc/jest/index.js'),
        { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' }, sourceMaps: 'inline' },
      ],
    },
  };
}
