import { readdirSync } from 'node:fs';
import { packageConfig } from './jest.preset.mjs';

const packages = readdirSync(new URL('./packages', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export default {
  projects: packages.map(packageConfig),
  // Jest leaves one processor free by default, which on two is half of them.
  maxWorkers: '100%',
  reporters: ['default', '<rootDir>/tools/workspace/closing-line-reporter.mjs'],
};
