import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { answer, objectiveOf, toFloat32, type ModelFacts, type Subject } from '@understory/core';
import { subjectContract } from '@understory/testing';
import { readGolden, type Golden } from '@understory/testing/node';
import { plainGradCam, plainMinMax } from '@understory/testing';
import type { SegmentationAnswer } from '../src/image-segmentation/image-segmentation.ts';
import { imageSegmentation } from '../src/image-segmentation/kind.ts';

interface Expected {
  readonly labels: readonly string[];
  readonly tensor: string;
  /** The mean score of the largest region of each picture. */
  readonly scores: readonly number[];
}

const folderOf = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/golden/segmenters/${name}`, import.meta.url));

describe.each(['unet', 'argmax', 'segformer'])('%s', (name) => {
  let model: OnnxModel;
  let golden: Golden;
  let expected: Expected;
  let facts: ModelFacts;
  let subject: Subject;
  let answers: readonly SegmentationAnswer[];

  beforeAll(async () => {
    const folder = folderOf(name);
    model = await new OnnxBackend().open({ kind: 'file', path: `${folder}/model.onnx` });
    golden = await readGolden(folder);
    expected = JSON.parse(await readFile(`${folder}/golden.json`, 'utf8')) as Expected;
    facts = { model, folder: {}, labels: expected.labels };
    const [reading, ...others] = imageSegmentation.readings(facts);
    expect([reading?.evidence, others]).toEqual([name === 'argmax' ? 'graph' : 'folder', []]);
    subject = await imageSegmentation.open(facts, reading!, {});
    answers = (await answer(subject, subject.feeds(golden.input))) as readonly SegmentationAnswer[];
  });
  afterAll(() => model.close());

  it('gives each pixel the class that PyTorch gives it', () => {
    const { data, dims } = golden.tensor('classes');
    const size = data.length / 2;
    for (const [sample, { map, options, decision }] of answers.entries()) {
      const wanted = Uint16Array.from(data.slice(sample * size, (sample + 1) * size) as Uint8Array);
      expect([map.height, map.width]).toEqual(dims.slice(1));
      expect(map.classes).toEqual(wanted);
      const shares = expected.labels.map((_, each) => wanted.filter((of) => of === each).length / size);
      for (const { target, share, label } of options) {
        const index = Number(target.replace('region:', ''));
        expect(label).toBe(expected.labels[index]);
        expect(share).toBeCloseTo(shares[index]!, 12);
        expect(decision).toContain(`${label} ${Math.round(100 * shares[index]!)} %`);
      }
    }
  });

  it('explains the mean score of the largest region as PyTorch does', async () => {
    const targets = answers.map((each) => subject.targets(each.options[0]!.target, each)![0]!);
    const { tensor } = expected;
    const { value, gradients, fetched } = await model.differentiate({
      ...{ feeds: subject.feeds(golden.input), objective: objectiveOf(targets), withRespectTo: [tensor] },
      fetch: [tensor],
    });
    const wanted = toFloat32(golden.tensor('gradcam'));
    const size = wanted.length / 2;
    for (const [sample, map] of plainGradCam(fetched[tensor]!, gradients[tensor]!).entries()) {
      expect(value[sample]).toBeCloseTo(expected.scores[sample]!, 4);
      expect(answers[sample]!.options[0]!.score).toBeCloseTo(expected.scores[sample]!, 4);
      const other = plainMinMax(wanted.subarray(sample * size, (sample + 1) * size));
      expect(Math.max(...plainMinMax(map).map((each, at) => Math.abs(each - other[at]!)))).toBeLessThan(1e-4);
    }
  });

  it('keeps the contract of subjects', async () => {
    const open = async () => imageSegmentation.open(facts, imageSegmentation.readings(facts)[0]!, {});
    for (const { run } of subjectContract({ open, pixels: golden.input })) await run();
  });
});
