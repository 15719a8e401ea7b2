// node examples/explain.mjs cat.png explained.png
import { readFile, writeFile } from 'node:fs/promises';
import { OnnxBackend } from '@understory/backend-onnx';
import { ImageClassifier } from '@understory/core';
import { gradCam } from '@understory/explain-gradcam';
import { minMax, overlay, prepare, upsample } from '@understory/imaging';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import { resolveModel } from '@understory/zoo';

const [image = 'cat.png', explained = 'explained.png'] = process.argv.slice(2);

const { source, labels, preprocessing } = await resolveModel('efficientnet-lite0');
const model = await new OnnxBackend().open(source);
const classifier = new ImageClassifier({ model, labels });
const { tensor, picture } = prepare(await decodeImage(await readFile(image)), preprocessing);
const feeds = classifier.feeds(tensor);
const [{ decision, probabilities }] = await classifier.predict(feeds);
const [map] = await gradCam.explain({ model, feeds, objective: classifier.score([decision]) });
const heat = minMax(upsample(map, picture.height, picture.width, 'bilinear'));
await writeFile(explained, await encodePng(overlay(picture, heat)));
console.log(`${labels[decision]}, ${(100 * probabilities[decision]).toFixed(1)} %: see ${explained}`);

await model.close();
