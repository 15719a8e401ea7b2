import { describe, expect, it } from '@jest/globals';
import { configurationJsonSchema, parseConfiguration } from '@understory/core';

describe('parseConfiguration', () => {
  it('takes what a configuration may say', () => {
    const configuration = {
      plugins: ['@understory/explain-cam', './mine.mjs'],
      backend: 'onnx',
      backends: { a: 'tfjs' },
    };
    expect(parseConfiguration(configuration)).toEqual(configuration);
    expect(parseConfiguration({})).toEqual({ plugins: [] });
  });

  it.each([
    [null, ''],
    [[], ''],
    ['onnx', ''],
    [{ plugins: 'a' }, 'plugins'],
    [{ plugins: ['a', 3] }, 'plugins[1]'],
    [{ plugins: ['a', ' '] }, 'plugins[1]'],
    [{ plugins: ['a', 'b', 'a'] }, 'plugins[2]'],
    [{ backend: 3 }, 'backend'],
    [{ backend: null }, 'backend'],
    [{ backends: ['onnx'] }, 'backends'],
    [{ backends: { '@understory/explain-cam': 1 } }, 'backends.@understory/explain-cam'],
    [{ plugin: [] }, 'plugin'],
  ])('names the key that is wrong in %j', (value, key) => {
    expect(() => parseConfiguration(value)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION_INVALID',
        message: expect.stringContaining(key === '' ? 'configuration is not valid.' : `at "${key}"`),
      }),
    );
  });

  it('shows what was found and what was meant', () => {
    expect(() => parseConfiguration({ backend: 3 })).toThrow(expect.objectContaining({ found: '3' }));
    expect(() => parseConfiguration({ plugin: [] })).toThrow(
      expect.objectContaining({ expected: 'did you mean "plugins"?' }),
    );
  });
});

describe('configurationJsonSchema', () => {
  it('has the keys that a configuration may have, and an example that is one', () => {
    const keys = Object.keys(configurationJsonSchema.properties);
    expect(() => parseConfiguration({ other: 1 })).toThrow(
      expect.objectContaining({ expected: `${keys.slice(0, -1).join(', ')} or ${keys.at(-1)}` }),
    );
    const [example] = configurationJsonSchema.examples;
    expect(parseConfiguration(example)).toEqual(example);
  });
});
