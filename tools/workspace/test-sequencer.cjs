const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { default: TestSequencer } = require('@jest/test-sequencer');

/** The files that take longest, longest first. On a fresh clone jest goes by size alone, and one of them that is begun last keeps a processor idle. */
const longest = [
  'cli/test/pages',
  'executor-threads/test/studies',
  'cli/test/probe-mdetr',
  'datasets/test/constant-memory',
  'backend-onnx/test/contract',
  'probe-clip/test/matcher/goldens',
  'cli/test/visual-questions',
  'studies/test/browser',
  'backend-tfjs-onnx/test/agreement',
  'cli/test/probe-clip',
  'backend-tfjs-onnx/test/operators',
  'cli/test/compare',
  'backend-tfjs-onnx/test/similarity',
  'cli/test/attack',
  'executor-threads/test/threads',
  'attack-pgd/test/contract',
  'probe-clip/test/matcher/contract',
  'report/test/render-attack',
  'backend-tfjs-onnx/test/refusals',
  'cli/test/end-to-end',
  'experiments/test/resume',
  'cli/test/diagnose',
  'probe-mdetr/test/contract',
  'metric-faithfulness/test/networks',
  'cli/test/questions-page',
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
