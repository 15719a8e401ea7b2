import { readdirSync } from 'node:fs';
import { packageConfig } from './jest.preset.mjs';

const packages = readdirSync(new URL('./packages', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export default {
  projects: packages.map(packageConfig),
  reporters: ['default', '<rootDir>/tools/workspace/closing-line-reporter.mjs'],
};
