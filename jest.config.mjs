import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { packageConfig } from './jest.preset.mjs';

const packages = readdirSync(new URL('./packages', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

// Tests run beside each other: networks with a thread a core would wait for the cores of the others, and burn a quarter of the time by that.
process.env.UNDERSTORY_THREADS ??= '1';

export default {
  projects: packages.map(packageConfig),
  // The time a test may take says when it hangs; it does not measure speed, which differs threefold between machines.
  testTimeout: 120_000,
  // Two more than there are processors, as some tests wait: for processes, browsers and queues. Jest leaves one processor free by default.
  maxWorkers: availableParallelism() + 2,
  // A worker keeps modules of every file that it has run and slows down as its heap fills up, so a full one is replaced.
  workerIdleMemoryLimit: '800MB',
  testSequencer: '<rootDir>/tools/workspace/test-sequencer.cjs',
  reporters: ['default', '<rootDir>/tools/workspace/closing-line-reporter.mjs'],
};
