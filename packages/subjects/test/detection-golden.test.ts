import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { answer, batchOf, objectiveOf, toFloat32, type Answer, type Box, type Subject } from '@understory/core';
import { kinds } from '@understory/subjects';
import { subjectContract } from '@understory/testing';
import { readGolden, type Golden } from '@understory/testing/node';
import { plainGradCam, plainMinMax } from '@understory/testing';

interface Expected {
  readonly labels: readonly string[];
  readonly layer: string;
  readonly tensor: string;
  /** The number that is explained for the best box of each picture. */
  readonly scores: readonly number[];
  readonly pictures: readonly (readonly { readonly box: readonly number[]; label: string; probability: number }[])[];
}

const folderOf = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/golden/detectors/${name}`, import.meta.url));
const { kind } = kinds.find(({ id }) => id === 'object-detection')!;

const corners = ({ x, y, width, height }: Box) => [x, y, width, height];

describe.each(['yolov8', 'yolov5', 'yolox', 'boxes-scores', 'detr'])('%s', (name) => {
  let model: OnnxModel;
  let golden: Golden;
  let expected: Expected;
  let subject: Subject;
  let answers: readonly Answer[];

  beforeAll(async () => {
    const folder = folderOf(name);
    model = await new OnnxBackend().open({ kind: 'file', path: `${folder}/model.onnx` });
    golden = await readGolden(folder);
    expected = JSON.parse(await readFile(`${folder}/golden.json`, 'utf8')) as Expected;
    const facts = { model, folder: {}, labels: expected.labels };
    const [reading, ...others] = kind.readings(facts);
    expect([reading?.form, others]).toEqual([name, []]);
    subject = await kind.open(facts, reading!, {});
    answers = await answer(subject, subject.feeds(golden.input));
  });
  afterAll(() => model.close());

  it('finds the boxes that the Python originals find', () => {
    expect(answers.map(({ options }) => options.map(({ label }) => label))).toEqual(
      expected.pictures.map((boxes) => boxes.map(({ label }) => label)),
    );
    for (const [picture, { options }] of answers.entries()) {
      for (const [at, { box, probability }] of options.entries()) {
        const wanted = expected.pictures[picture]![at]!;
        expect(probability).toBeCloseTo(wanted.probability, 5);
        for (const [side, value] of corners(box!).entries()) expect(value).toBeCloseTo(wanted.box[side]!, 3);
      }
    }
  });

  it('explains the logit of the best box, whose probability it gives', async () => {
    const targets = answers.map((each) => subject.targets('box:0', each)![0]!);
    const feeds = subject.feeds(golden.input);
    const { tensor } = expected;
    const { value, gradients, fetched } = await model.differentiate({
      ...{ feeds, objective: objectiveOf(targets), withRespectTo: [tensor] },
      fetch: [tensor, ...subject.reads],
    });
    const scores = answers.map(({ options }) => options[0]!.score);
    for (const [sample, wanted] of expected.scores.entries()) {
      expect(value[sample]).toBeCloseTo(wanted, 4);
      expect(scores[sample]).toBeCloseTo(wanted, 4);
    }
    const probabilities = subject.probabilities!(targets, fetched)!;
    for (const [sample, { options }] of answers.entries()) {
      expect(probabilities[sample]).toBeCloseTo(options[0]!.probability!, 5);
    }
    const maps = plainGradCam(fetched[tensor]!, gradients[tensor]!);
    const wanted = toFloat32(golden.tensor('gradcam'));
    const size = wanted.length / batchOf(feeds);
    for (const [sample, map] of maps.entries()) {
      const other = plainMinMax(wanted.subarray(sample * size, (sample + 1) * size));
      expect(Math.max(...plainMinMax(map).map((each, at) => Math.abs(each - other[at]!)))).toBeLessThan(1e-4);
    }
  });

  it('says the same of a picture wherever it stands in the batch', async () => {
    const { data, dims } = golden.input;
    const size = data.length / 2;
    const turned = new Float32Array(data.length);
    turned.set(data.subarray(size), 0);
    turned.set(data.subarray(0, size), size);
    const [second, first] = await answer(subject, subject.feeds({ ...golden.input, data: turned, dims }));
    expect([first!.decision, second!.decision]).toEqual(answers.map(({ decision }) => decision));
    expect(subject.agrees(first!, answers[0]!)).toBe(true);
    expect(subject.agrees(second!, answers[1]!)).toBe(true);
  });

  it('keeps the contract of subjects', async () => {
    const open = async () => {
      const facts = { model, folder: {}, labels: expected.labels };
      return kind.open(facts, kind.readings(facts)[0]!, {});
    };
    for (const { run } of subjectContract({ open, pixels: golden.input })) await run();
  });
});
