import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answer, float32, ImageClassifier, tensor } from '@understory/core';
import type { Dimension, GraphNode, LayerSpec, Model, Tensor, TensorSpec } from '@understory/core';

const spec = (name: string, dims: readonly Dimension[] | undefined, type: TensorSpec['type'] = 'float32') => ({
  name,
  type,
  dims,
});
const layer = (name: string, dims: readonly Dimension[] | undefined): LayerSpec => ({
  ...spec(name, dims),
  operator: 'Gemm',
  modules: [],
});
const node = (operator: string, input: string, output: string): GraphNode => ({
  operator,
  name: output,
  inputs: [input],
  outputs: [output],
  attributes: {},
});
const image = float32(new Float32Array(3), [1, 3, 1, 1]);

/** A model that answers with the given tensors, whatever it is fed. */
function modelOf(parts: Partial<Model> & { nodes?: GraphNode[]; answers?: Record<string, Tensor> } = {}): Model {
  const { nodes, answers = {}, ...rest } = parts;
  return {
    inputs: [spec('pixels', ['N', 3, 224, 160])],
    outputs: [spec('logits', ['N', 3])],
    layers: [],
    origin: { backend: 'none', executionProvider: 'cpu', sha256: '', remarks: [] },
    ...(nodes === undefined ? {} : { graph: { nodes, constant: () => undefined } }),
    run: async (_, fetch) => Object.fromEntries(fetch.map((name) => [name, answers[name]!])),
    close: async () => {},
    ...rest,
  };
}

const failure = (code: string, found = '') => expect.objectContaining({ code, found: expect.stringContaining(found) });

describe('the input of an ImageClassifier', () => {
  it('is the one float input of rank 4', () => {
    const inputs = [spec('ids', ['N', 7], 'int64'), spec('grid', [1, 2, 3, 4], 'int32'), spec('x', ['N', 3, 32, 'w'])];
    const classifier = new ImageClassifier({ model: modelOf({ inputs }) });
    expect(classifier).toMatchObject({ input: 'x', layout: 'NCHW', channels: 3, imageSize: undefined });
  });

  it('takes 8-bit samples as they are where that is what the model takes', () => {
    const inputs = [spec('x', ['N', 8, 8, 3], 'uint8')];
    const classifier = new ImageClassifier({ model: modelOf({ inputs }) });
    expect(classifier).toMatchObject({ input: 'x', inputType: 'uint8', layout: 'NHWC' });
    const samples = float32(Float32Array.of(0, 127, 255), [1, 1, 1, 3]);
    expect(classifier.feeds(samples)).toEqual({ x: tensor('uint8', Uint8Array.of(0, 127, 255), [1, 1, 1, 3]) });
  });

  it('is the named one where several could be', () => {
    const inputs = [spec('left', ['N', 3, 8, 8]), spec('right', ['N', 3, 9, 9])];
    expect(() => new ImageClassifier({ model: modelOf({ inputs }) })).toThrow(
      failure('NOT_AN_IMAGE_CLASSIFIER', 'left (float32 [N, 3, 8, 8]), right'),
    );
    const classifier = new ImageClassifier({ model: modelOf({ inputs }), input: 'right' });
    expect(classifier).toMatchObject({ input: 'right', imageSize: { height: 9, width: 9 } });
  });

  it.each([
    ['float32', Float32Array, [0, 1, -2.5]],
    ['float64', Float64Array, [0, 1, -2.5]],
    ['float16', Uint16Array, [0, 0x3c00, 0xc100]],
    ['uint8', Uint8Array, [0, 1, 0]],
  ] as const)('is fed pixels as %s where it takes that', (type, storage, elements) => {
    const inputs = [spec('x', ['N', 3, 1, 1], type)];
    const classifier = new ImageClassifier({ model: modelOf({ inputs }), input: 'x' });
    expect(classifier.feeds(float32(new Float32Array([0, 1, -2.5]), [1, 3, 1, 1]))).toEqual({
      x: { type, dims: [1, 3, 1, 1], data: storage.from(elements) },
    });
  });

  it('must be there', () => {
    const inputs = [spec('ids', ['N', '', 7], 'int64')];
    expect(() => new ImageClassifier({ model: modelOf({ inputs }) })).toThrow(
      failure('NOT_AN_IMAGE_CLASSIFIER', 'ids (int64 [N, ?, 7])'),
    );
    expect(() => new ImageClassifier({ model: modelOf(), input: 'image' })).toThrow(
      failure('NOT_AN_IMAGE_CLASSIFIER', 'pixels'),
    );
  });

  it.each([
    [[1, 3, 224, 160], 'NCHW', 3, { height: 224, width: 160 }],
    [[1, 224, 160, 3], 'NHWC', 3, { height: 224, width: 160 }],
    [['N', 1, 28, 28], 'NCHW', 1, { height: 28, width: 28 }],
    [['N', 'h', 'w', 3], 'NHWC', 3, undefined],
    [['N', 'c', 'h', 'w'], 'NCHW', undefined, undefined],
    [[1, 3, 4, 3], 'NCHW', 3, { height: 4, width: 3 }],
    [[1, 13, 64, 64], 'NCHW', 13, { height: 64, width: 64 }],
  ] as const)('of %j is %s', (dims, layout, channels, imageSize) => {
    const classifier = new ImageClassifier({ model: modelOf({ inputs: [spec('x', dims)] }) });
    expect([classifier.layout, classifier.channels, classifier.imageSize]).toEqual([layout, channels, imageSize]);
  });
});

describe('the logits of an ImageClassifier', () => {
  it('are the first float output of rank 2', () => {
    const outputs = [spec('features', ['N', 8, 7, 7]), spec('main', ['N', 10]), spec('auxiliary', ['N', 10])];
    const classifier = new ImageClassifier({ model: modelOf({ outputs }) });
    expect(classifier).toMatchObject({ logits: 'main', classCount: 10, scoreKind: 'logit' });
    expect(classifier.endsWith).toBeUndefined();
  });

  it('may keep places of size 1 behind the classes', () => {
    const classifier = new ImageClassifier({ model: modelOf({ outputs: [spec('pooled', [1, 10, 1, 1])] }) });
    expect(classifier.classCount).toBe(10);
    expect(classifier.score([4])).toEqual({ kind: 'score', output: 'pooled', index: [[4, 0, 0]] });
  });

  it('are the layer in front of a closing softmax, behind what only reshapes', () => {
    const model = modelOf({
      outputs: [spec('out', ['N', 3])],
      layers: [layer('fc', undefined), layer('out', ['N', 3])],
      nodes: [node('Gemm', 'features', 'fc'), node('Softmax', 'fc', 'p'), node('Identity', 'p', 'out')],
    });
    expect(new ImageClassifier({ model })).toMatchObject({
      logits: 'out',
      scoreKind: 'probability',
      endsWith: 'Softmax',
    });
    const known = { ...model, layers: [layer('fc', ['N', 3])] };
    expect(new ImageClassifier({ model: known })).toMatchObject({ logits: 'fc', scoreKind: 'logit', classCount: 3 });
  });

  it('take the shape of the softmax where their own is not known', () => {
    const model = modelOf({ layers: [layer('fc', undefined)], nodes: [node('LogSoftmax', 'fc', 'logits')] });
    const expected = { logits: 'fc', scoreKind: 'logit', endsWith: 'LogSoftmax', classCount: 3 };
    expect(new ImageClassifier({ model })).toMatchObject(expected);
  });

  it('are the output where what is in front of the softmax cannot be asked for', () => {
    const model = modelOf({ nodes: [node('Softmax', 'fc', 'logits')] });
    expect(new ImageClassifier({ model })).toMatchObject({ logits: 'logits', scoreKind: 'probability' });
  });

  it('are not looked for in front of a softmax in the middle', () => {
    const nodes = [node('Softmax', 'scores', 'attention'), node('Gemm', 'attention', 'logits')];
    const model = modelOf({ nodes, layers: [layer('scores', ['N', 3])] });
    expect(new ImageClassifier({ model }).logits).toBe('logits');
  });

  it('are taken at their word when named', () => {
    const model = modelOf({
      layers: [layer('fc', ['N', 3]), layer('other', ['N', 5])],
      nodes: [node('Softmax', 'fc', 'logits')],
    });
    expect(new ImageClassifier({ model, logits: 'other' })).toMatchObject({ logits: 'other', classCount: 5 });
    expect(new ImageClassifier({ model, logits: 'logits' }).scoreKind).toBe('probability');
    expect(() => new ImageClassifier({ model, logits: 'nowhere' })).toThrow(
      failure('NOT_AN_IMAGE_CLASSIFIER', 'logits'),
    );
  });

  it('must be there', () => {
    const outputs = [spec('boxes', ['N', 'k', 4]), spec('labels', ['N', 'k'], 'int64')];
    expect(() => new ImageClassifier({ model: modelOf({ outputs }) })).toThrow(
      failure('NOT_AN_IMAGE_CLASSIFIER', 'boxes (float32 [N, k, 4]), labels'),
    );
  });
});

describe('the classes of an ImageClassifier', () => {
  it('are counted by the model, else by the labels', () => {
    const open = modelOf({ outputs: [spec('logits', ['N', 'classes'])] });
    expect(new ImageClassifier({ model: open }).classCount).toBeUndefined();
    expect(new ImageClassifier({ model: open, labels: ['a', 'b'] }).classCount).toBe(2);
  });

  it('must have one label each', async () => {
    expect(() => new ImageClassifier({ model: modelOf(), labels: ['a', 'b'] })).toThrow(
      failure('LABEL_COUNT', '2 labels'),
    );
    const answers = { logits: float32(new Float32Array(3), [1, 3]) };
    const open = modelOf({ outputs: [spec('logits', ['N', 'classes'])], answers });
    await expect(new ImageClassifier({ model: open, labels: ['a', 'b'] }).predict({ pixels: image })).rejects.toThrow(
      failure('LABEL_COUNT', '2 labels'),
    );
  });

  it('make a score of one class a sample', () => {
    const classifier = new ImageClassifier({ model: modelOf() });
    expect(classifier.score([2, 0])).toEqual({ kind: 'score', output: 'logits', index: [[2], [0]] });
    for (const index of [3, -1, 0.5, NaN]) {
      expect(() => classifier.score([0, index])).toThrow(failure('CLASS_OUT_OF_RANGE', `${index}`));
    }
  });

  it('are named by targets', () => {
    const classifier = new ImageClassifier({ model: modelOf(), labels: ['cat, puss', 'dog', 'owl'] });
    expect(classifier.resolveTarget('puss')).toEqual({ kind: 'class', index: 0 });
    expect(() => classifier.resolveTarget('3')).toThrow(failure('CLASS_OUT_OF_RANGE'));
  });
});

describe('predict', () => {
  const predict = (values: number[], dims: number[], nodes?: GraphNode[]) => {
    const answers = { logits: float32(Float32Array.from(values), dims) };
    const model = modelOf({
      answers,
      outputs: [spec('logits', ['N', 'k'])],
      ...(nodes === undefined ? {} : { nodes }),
    });
    return new ImageClassifier({ model }).predict({ pixels: image });
  };

  it('gives logits, their softmax and the classes from best to worst, a sample each', async () => {
    const [first, second] = await predict([0, Math.log(3), 0, 1, 1, 1], [2, 3]);
    expect(first!.logits).toEqual(Float32Array.of(0, Math.log(3), 0));
    for (const [place, expected] of [0.2, 0.6, 0.2].entries())
      expect(first!.probabilities[place]).toBeCloseTo(expected, 6);
    expect(first!.ranking).toEqual([1, 0, 2]);
    expect(second!.ranking).toEqual([0, 1, 2]);
  });

  it('does not take the softmax of a softmax', async () => {
    const [prediction] = await predict([0.25, 0.75, 0], [1, 3], [node('Softmax', 'fc', 'logits')]);
    expect(prediction!.probabilities).toEqual(Float32Array.of(0.25, 0.75, 0));
    expect(prediction!.logits[1]).toBeCloseTo(Math.log(0.75), 6);
    expect(prediction!.logits.every(Number.isFinite)).toBe(true);
  });

  it('takes numbers that happen to sum to one for logits where the graph shows no softmax', async () => {
    const [prediction] = await predict([0.25, 0.75, 0], [1, 3], [node('Gemm', 'features', 'logits')]);
    expect(prediction!.logits).toEqual(Float32Array.of(0.25, 0.75, 0));
    expect(prediction!.probabilities[1]).toBeCloseTo(Math.exp(0.75) / (Math.exp(0.25) + Math.exp(0.75) + 1), 6);
  });

  it('goes by the numbers of the whole batch where there is no graph', async () => {
    const [known] = await predict([0.25, 0.75, 1, 0], [2, 2]);
    expect(known!.probabilities).toEqual(Float32Array.of(0.25, 0.75));
    const [mixed] = await predict([0.25, 0.75, 1, 1], [2, 2]);
    expect(mixed!.logits).toEqual(Float32Array.of(0.25, 0.75));
    const [negative] = await predict([-0.25, 1.25], [1, 2]);
    expect(negative!.logits).toEqual(Float32Array.of(-0.25, 1.25));
  });

  it('gives the probabilities of log-probabilities', async () => {
    const values = [0.2, 0.3, 0.5].map(Math.log);
    const [prediction] = await predict(values, [1, 3], [node('LogSoftmax', 'fc', 'logits')]);
    expect(prediction!.logits).toEqual(Float32Array.from(values));
    expect(prediction!.probabilities[2]).toBeCloseTo(0.5, 6);
  });

  it('reads the layer in front of the softmax where there is one', async () => {
    const model = modelOf({
      layers: [layer('fc', ['N', 2])],
      outputs: [spec('logits', ['N', 2])],
      nodes: [node('Softmax', 'fc', 'logits')],
      answers: { fc: float32(Float32Array.of(2, 4), [1, 2]) },
    });
    const [prediction] = await new ImageClassifier({ model }).predict({ pixels: image });
    expect(prediction!.logits).toEqual(Float32Array.of(2, 4));
  });

  it('reads the layer in front of a sigmoid, which judges each class by itself', async () => {
    const model = modelOf({
      layers: [layer('fc', ['N', 3])],
      nodes: [node('Sigmoid', 'fc', 'logits')],
      answers: { fc: float32(Float32Array.of(0, 20, -Math.log(3)), [1, 3]) },
    });
    const classifier = new ImageClassifier({ model });
    expect(classifier).toMatchObject({ logits: 'fc', scoreKind: 'logit' });
    const [prediction] = await classifier.predict({ pixels: image });
    expect(prediction!.logits[1]).toBe(20);
    expect([...prediction!.probabilities].map((value) => value.toFixed(6))).toEqual([
      '0.500000',
      '1.000000',
      '0.250000',
    ]);
    expect(prediction!.ranking).toEqual([1, 0, 2]);
  });

  it('tells the probabilities of a named tensor by what the model makes of it', () => {
    const model = modelOf({
      layers: [layer('fc', ['N', 3]), layer('flat', ['N', 3])],
      nodes: [node('Gemm', 'features', 'fc'), node('Flatten', 'fc', 'flat'), node('Sigmoid', 'flat', 'logits')],
    });
    const scores = Float32Array.of(0, 20, -Math.log(3));
    for (const logits of ['fc', 'flat']) {
      const classifier = new ImageClassifier({ model, logits });
      expect(classifier).toMatchObject({ scoreKind: 'logit', endsWith: 'Sigmoid' });
      const [none, sure, quarter] = classifier.probabilitiesOf(scores);
      expect([none, sure]).toEqual([0.5, 1]);
      expect(quarter).toBeCloseTo(0.25, 6);
    }
    const itself = new ImageClassifier({ model, logits: 'logits' });
    expect(itself).toMatchObject({ scoreKind: 'probability', endsWith: 'Sigmoid' });
    expect(itself.probabilitiesOf(Float32Array.of(0.5, 1, 0.25))).toEqual(Float32Array.of(0.5, 1, 0.25));
  });

  it.each([
    ['a logit', 2, 1 / (1 + Math.exp(-2))],
    ['a logit that looks like a probability', 1, 1 / (1 + Math.exp(-1))],
  ])('takes one score for %s of one class against the rest', async (_, score, expected) => {
    const [prediction] = await predict([score], [1, 1], []);
    expect(prediction).toMatchObject({ logits: Float32Array.of(score), ranking: [0] });
    expect(prediction!.probabilities[0]).toBeCloseTo(expected, 6);
  });

  it('does not take a sigmoid within the network for its end', () => {
    const nodes = [node('Sigmoid', 'squeezed', 'gate'), node('Gemm', 'gate', 'logits')];
    const model = modelOf({ nodes, layers: [layer('squeezed', ['N', 3])] });
    expect(new ImageClassifier({ model }).logits).toBe('logits');
  });

  it('decodes float16', async () => {
    const answers = { logits: tensor('float16', Uint16Array.of(0x3c00, 0xc000, 0), [1, 3]) };
    const outputs = [spec('logits', ['N', 3], 'float16')];
    const [prediction] = await new ImageClassifier({ model: modelOf({ answers, outputs }) }).predict({ pixels: image });
    expect(prediction).toMatchObject({ logits: Float32Array.of(1, -2, 0), ranking: [0, 2, 1] });
  });

  it('ranks what is not a number last', async () => {
    const [prediction] = await predict([NaN, -5, 3, -Infinity], [1, 4]);
    expect(prediction!.ranking).toEqual([2, 1, 0, 3]);
  });

  it('gives probabilities that sum to 1 and fall along the ranking, however large the logits', async () => {
    const logit = fc.float({ min: Math.fround(-1e30), max: Math.fround(1e30), noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(logit, { minLength: 2, maxLength: 20 }), async (values) => {
        const [prediction] = await predict(values, [1, values.length], []);
        const { probabilities, ranking } = prediction!;
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        expect(ranking.toSorted((left, right) => left - right)).toEqual([...values.keys()]);
        const along = ranking.map((index) => probabilities[index]!);
        expect(along).toEqual(along.toSorted((left, right) => right - left));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('a network of one logit', () => {
  const one = (value: number, labels?: readonly string[], dims: readonly Dimension[] = ['N', 1]) => {
    const outputs = [spec('logit', dims)];
    const answers = { logit: float32(Float32Array.of(value), dims.length === 1 ? [1] : [1, 1]) };
    return new ImageClassifier({ model: modelOf({ outputs, answers }), logits: 'logit', ...(labels && { labels }) });
  };

  it.each([
    [2, 0, 'positive'],
    [-2, 1, 'negative'],
  ])('of %f decides on one of two classes', async (value, decision, label) => {
    const classifier = one(value);
    expect(classifier).toMatchObject({ classCount: 2, labels: ['positive', 'negative'] });
    const [said] = await answer(classifier, { pixels: image });
    expect(said).toMatchObject({ decision: label, classes: { decision, ranking: [decision, 1 - decision] } });
    expect(said!.classes!.logits).toEqual(Float32Array.of(value, -value));
    const positive = 1 / (1 + Math.exp(-value));
    expect(said!.classes!.probabilities[0]).toBeCloseTo(positive, 6);
    expect(said!.classes!.probabilities[1]).toBeCloseTo(1 - positive, 6);
  });

  it('calls the positive class by the one label, or by the last of two', async () => {
    expect(one(1, ['cat']).labels).toEqual(['cat', 'not cat']);
    const both = one(1, ['dog', 'cat']);
    const [said] = await answer(both, { pixels: image });
    expect(said).toMatchObject({ decision: 'cat', classes: { decision: 1, logits: Float32Array.of(-1, 1) } });
    expect(() => one(1, ['a', 'b', 'c'])).toThrow(failure('LABEL_COUNT', '3 labels'));
  });

  it('explains the negative class by the negative of its number', () => {
    const classifier = one(1);
    expect(classifier.score([0, 0])).toEqual({ kind: 'score', output: 'logit', index: [[0], [0]] });
    expect(classifier.score([1])).toEqual({
      kind: 'sum',
      terms: [{ weight: -1, of: { kind: 'score', output: 'logit', index: [[0]] } }],
    });
    const mixed = classifier.score([0, 1]);
    expect(mixed).toEqual({ kind: 'cotangent', cotangents: { logit: float32(Float32Array.of(1, -1), [2, 1]) } });
    expect(one(1, undefined, ['N']).score([0])).toEqual({ kind: 'score', output: 'logit', index: [[]] });
  });
});

describe('a classifier as a subject', () => {
  const answers = { logits: float32(Float32Array.of(1, 3, 2, 0, 1, 5), [2, 3]) };
  const classifier = new ImageClassifier({ model: modelOf({ answers }), labels: ['ant', 'bee', 'cat'] });

  it('names its classes from best to worst', async () => {
    const [first, second] = await answer(classifier, { pixels: image });
    expect(first).toMatchObject({
      decision: 'bee',
      options: [{ target: '1', label: 'bee', score: 3 }, { target: '2' }, {}],
    });
    expect(first!.probability).toBeCloseTo(Math.exp(3) / (Math.exp(1) + Math.exp(3) + Math.exp(2)), 6);
    expect(classifier.targets('top2', first!).map(({ words, label }) => [words, label])).toEqual([
      ['1', 'bee'],
      ['2', 'cat'],
    ]);
    const [ant] = classifier.targets('ant', first!);
    expect([classifier.says(first!, ant!), classifier.says(first!, classifier.targets('bee', first!)[0]!)]).toEqual([
      false,
      true,
    ]);
    expect([classifier.agrees(first!, first!), classifier.agrees(first!, second!)]).toEqual([true, false]);
    expect(() => classifier.targets('top4', first!)).toThrow(failure('TOP_OUT_OF_RANGE'));
    const both = [...classifier.targets('cat', first!), ...classifier.targets('cat', second!)];
    const found = classifier.probabilities(both, answers);
    expect(found[0]).toBeCloseTo(first!.classes!.probabilities[2]!, 7);
    expect(found[1]).toBeCloseTo(second!.classes!.probabilities[2]!, 7);
  });

  it('decides on a set where each class is judged by itself: those over 0.5, or the best', async () => {
    const scores = float32(Float32Array.of(1, -1, 2, 2, 3, -1, -3, -2, -4, 1, -5, 2), [4, 3]);
    const model = modelOf({
      ...{ answers: { fc: scores }, layers: [layer('fc', ['N', 3])] },
      nodes: [node('Gemm', 'flat', 'fc'), node('Sigmoid', 'fc', 'logits')],
    });
    const several = new ImageClassifier({ model, labels: ['ant', 'bee', 'cat'] });
    const [first, second, third, last] = await answer(several, { pixels: image });
    expect([first, second, third].map((each) => each!.decision)).toEqual(['cat + ant', 'bee + ant', 'bee']);
    expect([several.agrees(first!, last!), several.agrees(first!, second!)]).toEqual([true, false]);
    const says = (name: string) => several.says(first!, several.targets(name, first!)[0]!);
    expect(['ant', 'bee', 'cat'].map(says)).toEqual([true, false, true]);
  });

  it('judges each class by itself where it is told to, whatever the graph ends with', async () => {
    const isMultiLabel = true;
    const [first] = await answer(new ImageClassifier({ model: modelOf({ answers }), isMultiLabel }), { pixels: image });
    expect(first!.decision).toBe('class 1 + class 2 + class 0');
    expect(first!.probability).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
  });

  it('says of such classes that a sigmoid makes probabilities of them, so that attacks use no softmax', () => {
    const model = modelOf({ answers });
    expect(new ImageClassifier({ model }).classes.endsWith).toBeUndefined();
    expect(new ImageClassifier({ model, isMultiLabel: true }).classes.endsWith).toBe('Sigmoid');
    expect(new ImageClassifier({ model, isMultiLabel: false }).classes.endsWith).toBeUndefined();
  });

  it('has its classes on whichever axis is longer than one', () => {
    const model = modelOf({ outputs: [spec('logits', ['N', 1, 1, 3])], answers });
    const last = new ImageClassifier({ model });
    expect([last.classCount, last.score([2])]).toEqual([3, { kind: 'score', output: 'logits', index: [[0, 0, 2]] }]);
  });

  it('finds its logits through the quantisation of a softmax', () => {
    const nodes = [
      ...[node('Gemm', 'flat', 'fc'), node('Softmax', 'fc', 'p')],
      ...[node('QuantizeLinear', 'p', 'q'), node('DequantizeLinear', 'q', 'logits')],
    ];
    const model = modelOf({ nodes, layers: [layer('fc', ['N', 3])] });
    expect(new ImageClassifier({ model })).toMatchObject({ logits: 'fc', scoreKind: 'logit', endsWith: 'Softmax' });
  });

  it('takes the shape of the output for named scores whose own is not known', () => {
    const model = modelOf({ layers: [layer('fc', undefined)], nodes: [node('Softmax', 'fc', 'logits')] });
    expect(new ImageClassifier({ model, logits: 'fc' })).toMatchObject({ logits: 'fc', classCount: 3 });
  });

  it('feeds its side inputs with the pixels', () => {
    const sides = (samples: number, { height, width }: { height: number; width: number }) => ({
      shape: float32(
        Float32Array.from({ length: 2 * samples }, (_, at) => (at % 2 ? width : height)),
        [samples, 2],
      ),
    });
    const sided = new ImageClassifier({ model: modelOf(), sides });
    expect(sided.feeds(float32(new Float32Array(12), [2, 3, 2, 1]))['shape']).toEqual(
      float32(Float32Array.of(2, 1, 2, 1), [2, 2]),
    );
  });
});
