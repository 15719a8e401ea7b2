import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { Graph, Node, parseModel, skeletonOf, writeTensor } from '../src/index.ts';
import { execute } from './execute.ts';

const large = Float32Array.from({ length: 150 * 200 }, (_, at) => Math.sin(at));
const model = new Graph({
  header: create(ModelProtoSchema, { irVersion: 8n, producerName: 'test' }),
  name: 'skeleton',
  opset: 17,
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 150] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 200] }],
  nodes: [Node.of('MatMul', ['x', 'w'], ['p']), Node.of('Add', ['p', 'b'], ['y'])],
  initializers: new Map([
    ['w', { proto: writeTensor('w', { type: 'float32', dims: [150, 200], values: large }) }],
    ['b', { proto: writeTensor('b', { type: 'float32', dims: [200], values: large.subarray(0, 200) }) }],
  ]),
  declared: new Map(),
}).encode();

const from = (bytes: Uint8Array) => (offset: number, length: number) => bytes.subarray(offset, offset + length);
const skeleton = skeletonOf(from(model), model.length, 'model.onnx')!;

describe('skeletonOf', () => {
  it('leaves large weights where they lie and keeps small ones', () => {
    expect(skeleton.length).toBeLessThan(2500);
    const graph = parseModel(skeleton);
    expect(graph.externalFiles).toEqual(['model.onnx']);
    expect(graph.constant('b')!.values).toEqual(large.slice(0, 200));
    expect(graph.constant('w')).toBeUndefined();
    expect(graph.inputs).toEqual(parseModel(model).inputs);
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(['MatMul', 'Add']);
  });

  it('reads a weight only when it is asked for', () => {
    const asked: unknown[] = [];
    const graph = parseModel(skeleton).with({
      readExternal: (location, offset, length) => {
        asked.push([location, length]);
        return from(model)(offset, length);
      },
    });
    expect(asked).toEqual([]);
    expect(graph.constant('w')!.values).toEqual(large);
    expect(asked).toEqual([['model.onnx', large.byteLength]]);
  });

  it('gives the model back when it is embedded', async () => {
    const whole = parseModel(skeleton).withExternalData({ 'model.onnx': model });
    expect(whole.externalFiles).toEqual([]);
    const feeds = { x: { type: 'float32' as const, dims: [1, 150], values: large.subarray(0, 150) } };
    const [before, after] = await Promise.all([execute(model, feeds, ['y']), execute(whole.encode(), feeds, ['y'])]);
    expect(after['y']).toEqual(before['y']);
  });

  it('refuses a weight beyond its file', () => {
    const graph = parseModel(skeleton).with({ readExternal: () => undefined });
    expect(() => graph.embedded()).toThrow(expect.objectContaining({ code: 'ONNX_TRUNCATED' }));
  });

  it('sees that a file is cut off, wherever that is, and leaves what it is to the parser', () => {
    for (let size = 0; size < model.length; size += 997) {
      const cut = model.subarray(0, size);
      const found = skeletonOf(from(cut), size, 'model.onnx');
      expect(() => parseModel(found ?? cut)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ONNX_/) }),
      );
    }
    const text = new TextEncoder().encode('<!DOCTYPE html>');
    expect(skeletonOf(from(text), text.length, 'model.onnx')).toBeUndefined();
  });
});
