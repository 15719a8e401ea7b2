const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { default: TestSequencer } = require('@jest/test-sequencer');

/** The files that take longest, longest first. On a fresh clone jest goes by size alone, and one of them that is begun last keeps a processor idle. */
const longest = [
  'cli/test/pages',
  'studio/test/page',
  'cli/test/compare-tasks',
  'executor-threads/test/studies',
  'backend-onnx/test/web-gpu',
  'cli/test/probe-mdetr',
  'backend-onnx/test/web-contract',
  'cli/test/queue',
  'studio/test/server',
  'cli/test/attack',
  'backend-onnx/test/contract',
  'environment-web/test/browser',
  'executor-bullmq/test/plugin',
  'executor-threads/test/examinations',
  'onnx-autodiff/test/gradient-check',
  'probe-clip/test/matcher/goldens',
  'backend-tfjs-onnx/test/operators',
  'experiments/test/resume',
  'cli/test/interrupted-workers',
  'attack-pgd/test/contract',
  'backend-tfjs-onnx/test/agreement',
  'backend-tfjs/test/web-contract',
  'cli/test/visual-questions',
  'executor-bullmq/test/queue',
  'datasets/test/constant-memory',
  'cli/test/end-to-end',
  'cli/test/probe-clip',
  'report/test/render-attack',
  'executor-threads/test/threads',
  'environment-web/test/tfjs-browser',
  'cli/test/compare',
  'backend-tfjs-onnx/test/refusals',
  'cli/test/inspect',
  'studies/test/browser',
].map((name) => join(__dirname, '../../packages', `${name}.test.ts`));

const gone = longest.filter((path) => !existsSync(path));
if (gone.length > 0) throw new Error(`test-sequencer.cjs names files that are not there: ${gone.join(', ')}`);

/** Begins with the files that take longest, and leaves the order of the others to jest. */
module.exports = class LongestFirst extends TestSequencer {
  sort(tests) {
    const placeOf = ({ path }) => (longest.includes(path) ? longest.indexOf(path) : longest.length);
    return super.sort(tests).sort((one, other) => placeOf(one) - placeOf(other));
  }
};
