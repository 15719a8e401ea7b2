import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { errors, isDiagnosed, UnderstoryError } from '@understory/core';

const examples: { readonly [name in keyof typeof errors]: () => UnderstoryError } = {
  unknownLayer: () => errors.unknownLayer({ layer: 'layer9', suggestions: ['layer4'] }),
  layerNotSpatial: () => errors.layerNotSpatial({ layer: 'fc', dims: ['N', 10], batch: 2 }),
  layerAxes: () => errors.layerAxes({ layer: 'block', axes: 'windows' }),
  ambiguousLayer: () => errors.ambiguousLayer({ layer: 'conv', matches: ['a.conv', 'b.conv'] }),
  attentionMissing: () => errors.attentionMissing({ output: 'logits' }),
  attentionHidden: () => errors.attentionHidden({ operator: 'Attention', outputs: ['mixed'] }),
  attentionTokens: () => errors.attentionTokens({ tensor: 'weights', found: 'weights [8, 2, 4, 4] for 16 tokens' }),
  layoutInvalid: () => errors.layoutInvalid({ layout: 'chw' }),
  layoutMismatch: () => errors.layoutMismatch({ layer: 'x', layout: 'nchw', dims: ['N', 3] }),
  laterLayersUndetermined: () => errors.laterLayersUndetermined({ layer: 'conv', candidates: ['sum [N, 24, 8]'] }),
  noSpatialLayer: () => errors.noSpatialLayer({ layers: 1, output: 'logits' }),
  pixelsInvalid: () => errors.pixelsInvalid({ found: 'a pixel of 2', expected: 'pixels in 0..1' }),
  maskInvalid: () => errors.maskInvalid({ found: '[8, 8]', expected: '[16, 16]' }),
  maskNeeds: () => errors.maskNeeds({ mask: 'inside', what: 'boxes', next: 'Use a data set with boxes.' }),
  programInvalid: () => errors.programInvalid({ found: 'an input "x"', expected: 'one of pixels' }),
  capabilityMissing: () => errors.capabilityMissing({ what: 'The attack', capability: 'gradients', backend: 'b' }),
  targetInvalid: () => errors.targetInvalid({ found: '"logits"', expected: 'one element', next: 'Name one.' }),
  unknownClass: () => errors.unknownClass({ label: 'tabbi', suggestions: ['tabby, tabby cat', 'tiger cat'] }),
  ambiguousClass: () => errors.ambiguousClass({ label: 'crane', candidates: ['134: crane', '517: crane'] }),
  classOutOfRange: () => errors.classOutOfRange({ index: 1000, classCount: 1000 }),
  topOutOfRange: () => errors.topOutOfRange({ asked: 'top11', classCount: 10 }),
  classesMissing: () => errors.classesMissing({ task: 'object-detection', forms: ['box:3', 'box:LABEL'] }),
  targetCount: () => errors.targetCount({ targets: 1, batch: 2 }),
  similarityInvalid: () =>
    errors.similarityInvalid({
      ...{ output: 'embedding', found: 'vectors [2, 5]', expected: '[N, 4], one vector a sample' },
      next: 'Give vectors of as many numbers as the output has for one sample.',
    }),
  unknownExplainer: () => errors.unknownExplainer({ id: 'gradcma', suggestions: ['gradcam'] }),
  unknownBackend: () => errors.unknownBackend({ id: 'onyx', suggestions: [] }),
  unknownId: () => errors.unknownId({ kind: 'metric', id: 'deletion', suggestions: [] }),
  notDifferentiable: () =>
    errors.notDifferentiable({ output: 'logits', tensor: 'x', reason: 'TopK has no gradient', alternatives: ['cam'] }),
  imageChannelMismatch: () => errors.imageChannelMismatch({ found: 1, expected: 3, input: 'pixels' }),
  notAnImageClassifier: () => errors.notAnImageClassifier({ what: 'input', candidates: ['a', 'b'], option: 'input' }),
  layerWithoutImage: () => errors.layerWithoutImage({ layer: 'map', image: 'left', others: ['right'] }),
  noImageInput: () => errors.noImageInput({ inputs: ['ids (int64 [N, 77])'] }),
  labelCount: () => errors.labelCount({ labels: 999, classCount: 1000 }),
  modelNotReadable: () => errors.modelNotReadable({ model: 'a.onnx', reason: 'it ends early' }),
  modelClosed: () => errors.modelClosed({ backend: 'onnx' }),
  rulesUnsupported: () => errors.rulesUnsupported({ backend: 'tfjs', rules: 'lrp-epsilon', known: ['guided'] }),
  noBackendFor: () => errors.noBackendFor({ model: 'a.pt', backends: ['onnx'] }),
  hostApiMismatch: () => errors.hostApiMismatch({ plugin: 'p', asked: '^2.0.0', offered: '1.0.0' }),
  duplicateId: () => errors.duplicateId({ kind: 'explainer', id: 'cam', first: 'a', second: 'b' }),
  duplicatePlugin: () => errors.duplicatePlugin({ plugin: 'p', first: 'here', second: 'there' }),
  missingPeer: () => errors.missingPeer({ name: 'tfjs', install: 'npm install tfjs' }),
  peerNotLoadable: () => errors.peerNotLoadable({ name: 'tfjs', reason: 'no library', install: 'npm install tfjs' }),
  pluginNotFound: () => errors.pluginNotFound({ plugin: 'p', from: 'here' }),
  pluginInvalid: () => errors.pluginInvalid({ plugin: 'p', reason: 'it exports no manifest' }),
  pluginFailed: () => errors.pluginFailed({ plugin: '@x/lime', kind: 'explainer', id: 'lime', reason: 'no seed' }),
  environmentFailed: () =>
    errors.environmentFailed({
      ...{ plugin: '@x/lime', kind: 'explainer', id: 'lime' },
      reason: 'ENOSPC: no space left on device',
      cause: undefined,
    }),
  pluginResultInvalid: () =>
    errors.pluginResultInvalid({ plugin: '@x/lime', kind: 'explainer', id: 'lime', found: '0 maps', expected: '1' }),
  heatMapNotFinite: () => errors.heatMapNotFinite({ found: 'Infinity, in 3 of 49 places' }),
  scoresNotFinite: () => errors.scoresNotFinite({ what: 'scores', found: 'Infinity, in 4 of 4 places' }),
  configurationInvalid: () => errors.configurationInvalid({ key: 'backend', found: '3', expected: 'an id' }),
  unknownOption: () =>
    errors.unknownOption({ of: 'The metric "x"', option: 'step', known: ['steps'], suggestions: [] }),
  optionInvalid: () => errors.optionInvalid({ of: 'The metric "x"', option: 'steps', found: 0, expected: 'a number' }),
  unknownPreset: () => errors.unknownPreset({ of: 'The metric "x"', preset: 'rise', known: ['paper'] }),
  selectionInvalid: () => errors.selectionInvalid({ text: 'a,=3', part: '=3' }),
  feedsInvalid: () => errors.feedsInvalid({ input: 'x', found: '[1, 3]', expected: '[N, 3, 224, 224]' }),
  probeTask: () =>
    errors.probeTask({ probe: 'clip', task: 'zero-shot-image-classification', found: 'image-classification' }),
  captionTestsMissing: () => errors.captionTestsMissing({ probe: 'clip', found: 'cifar10, without captions' }),
  captionTestInvalid: () =>
    errors.captionTestInvalid({ item: 'a.png', test: 1, found: 'no caption', expected: 'one at least' }),
  questionsMissing: () => errors.questionsMissing({ probe: 'mdetr', found: 'cifar10, without questions' }),
  questionInvalid: () =>
    errors.questionInvalid({ item: 'a.png', question: 1, found: 'no phrasing', expected: 'one at least' }),
};

const catalogue = Object.entries(examples).map(([name, make]) => ({ name, error: make() }));

describe('the catalogue of errors', () => {
  it.each(catalogue)('$name says what failed, what was found and expected, and what to do', ({ name, error }) => {
    expect(error).toBeInstanceOf(UnderstoryError);
    expect(error.name).toBe('UnderstoryError');
    expect(error.code).toBe(name.replaceAll(/[A-Z]/g, '_$&').toUpperCase());
    for (const text of [error.message, error.found, error.expected, error.next]) {
      expect(text).toMatch(/\S/);
      expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    }
    expect(error.message).toMatch(/\.$/);
  });

  it.each(catalogue)('$name speaks of no flag and no command of a program that uses the library', ({ error }) => {
    expect(`${error.message} ${error.expected} ${error.next}`).not.toMatch(/(^|[^-\w])--[a-z]|understory [a-z]/);
  });

  it('names what could be changed as data, for a front end to say in its own words', () => {
    expect(
      errors.layerNotSpatial({ layer: 'fc', dims: ['N', 10], batch: 2, candidates: ['conv2', 'conv1'] }).remedy,
    ).toEqual({
      kind: 'settings',
      settings: [{ name: 'layer', value: 'conv2' }],
    });
    expect(examples.layerNotSpatial().remedy).toEqual({
      kind: 'settings',
      settings: [{ name: 'layer', value: 'auto' }],
    });
    expect(errors.layerAxes({ layer: 'block', axes: 'unknown' }).remedy).toEqual({
      kind: 'settings',
      settings: [{ name: 'layout' }],
    });
    expect(examples.capabilityMissing().remedy).toEqual({ kind: 'backend', ids: [] });
    expect(examples.unknownExplainer().remedy).toEqual({ kind: 'list', of: 'plugins' });
    expect('remedy' in examples.labelCount() && examples.labelCount().remedy).toBeFalsy();
  });

  it('gives one code to what a backend lacks and to what no plugin provides', () => {
    expect(errors.capabilityMissing({ plugin: 'p', kind: 'explainer', id: 'cam' })).toMatchObject({
      code: 'CAPABILITY_MISSING',
      message: 'The plugin p needs the explainer "cam".',
      expected: 'the explainer "cam"',
    });
  });

  it('is the table of the README, no more and no less', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const documented = [...readme.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]);
    expect(documented).toEqual(catalogue.map(({ error }) => error.code));
  });

  it('offers close matches where there are some', () => {
    expect(examples.unknownClass().next).toBe(
      'Did you mean "tabby, tabby cat" or "tiger cat"? Give the class by its index.',
    );
    expect(examples.unknownBackend().next).not.toContain('Did you mean');
  });

  it('keeps the cause', () => {
    const cause = new Error('end of file');
    expect(errors.modelNotReadable({ model: 'a.onnx', reason: 'it ends early', cause }).cause).toBe(cause);
    expect('cause' in examples.unknownLayer()).toBe(false);
  });
});

describe('isDiagnosed', () => {
  it('knows an error by its fields, whatever its class', () => {
    const foreign = Object.assign(new Error('x'), { code: 'A', found: 'b', expected: 'c', next: 'd' });
    expect(isDiagnosed(foreign)).toBe(true);
    expect(isDiagnosed(examples.labelCount())).toBe(true);
  });

  it.each([
    new Error('x'),
    Object.assign(new Error('x'), { code: 'ENOENT' }),
    Object.assign(new Error('x'), { code: 'A', found: 1, expected: 'c', next: 'd' }),
    'text',
    null,
    undefined,
  ])('refuses %p', (other) => {
    expect(isDiagnosed(other)).toBe(false);
  });
});
