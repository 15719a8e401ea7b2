import { describe, expect, it } from '@jest/globals';
import { UnderstoryError, type Remedy } from '@understory/core';
import { errorRecord } from '../src/formatters/json.ts';
import { withRemedy } from '../src/formatters/remedy.ts';

describe('withRemedy', () => {
  it.each<[Remedy, string]>([
    [{ kind: 'settings', settings: [{ name: 'layer', value: 'features.5.0' }] }, 'Do so (--layer features.5.0).'],
    [{ kind: 'settings', settings: [{ name: 'layer' }, { name: 'layout' }] }, 'Do so (--layer, --layout).'],
    [{ kind: 'settings', settings: [{ name: 'layer', value: "a layer's" }] }, "Do so (--layer 'a layer'\\''s')."],
    [{ kind: 'settings', settings: [{ name: 'task', value: 'regression' }] }, 'Do so (--task regression).'],
    [
      { kind: 'settings', settings: ['input', 'output', 'feed', 'to', 'threshold'].map((name) => ({ name })) },
      'Do so (--input, --output, --feed, --to, --threshold).',
    ],
    [{ kind: 'backend', ids: [] }, 'Do so (--backend).'],
    [{ kind: 'backend', ids: ['onnx', 'tfjs'] }, 'Do so (--backend onnx).'],
    [{ kind: 'backend', plugin: 'gradcam', ids: ['onnx'] }, 'Do so (--backend gradcam=onnx).'],
    [{ kind: 'list', of: 'layers' }, 'Do so. `understory inspect <model>` lists the layers.'],
  ])('says %j with the flags of the command', (remedy, expected) => {
    expect(withRemedy('Do so.', remedy)).toBe(expected);
  });

  it.each([
    undefined,
    null,
    'layer',
    { kind: 'unheard of' },
    { kind: 'settings' },
    { kind: 'settings', settings: [null, { name: 'toString' }, { name: 3 }] },
    { kind: 'list', of: 'constructor' },
    { kind: 'backend' },
  ])('leaves the text where %j names nothing that it knows', (remedy) => {
    expect(withRemedy('Do so.', remedy)).toBe('Do so.');
  });
});

describe('errorRecord', () => {
  it('keeps the fields that errors have in JSON, with the remedy in `next`', () => {
    const error = new UnderstoryError({
      ...{ code: 'A', message: 'It fails.', found: 'b', expected: 'c', next: 'Name another place.' },
      remedy: { kind: 'settings', settings: [{ name: 'out' }] },
    });
    expect(errorRecord(error)).toEqual({
      ...{ code: 'A', message: 'It fails.', found: 'b', expected: 'c' },
      next: 'Name another place (--out).',
    });
  });
});
