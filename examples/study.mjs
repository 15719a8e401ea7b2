// node examples/study.mjs photos out
import { nodeEnvironment } from '@understory/environment-node';
import { nodeStore } from '@understory/experiments/node';
import { parseStudySpec, runStudy } from '@understory/studies';

const [images = 'photos', folder = 'out'] = process.argv.slice(2);

const spec = parseStudySpec({
  ...{ version: 1, study: 'evaluate', model: 'efficientnet-lite0', images: { from: [images] } },
  ...{ explainers: ['gradcam', 'random'], metrics: ['deletion:steps=10'], seed: 1 },
});
const { summary, done } = await runStudy(spec, {
  ...{ environment: nodeEnvironment(), store: nodeStore(folder) },
  onProgress: ({ done, total }) => console.error(`${done}/${total}`),
});
for (const { explainer, mean } of summary.metrics[0].explainers) console.log(`${explainer} ${mean.toFixed(3)}`);
console.log(`${done} images: see ${folder}, or understory report ${folder}`);
