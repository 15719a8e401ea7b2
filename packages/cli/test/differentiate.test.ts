import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

const model = join(repository, 'fixtures/golden/networks/resnet-torchscript/model.onnx');

let workspace: Workspace;
beforeAll(async () => void (workspace = await emptyWorkspace()));
afterAll(() => workspace.remove());

const run = (path: string, feeds: Record<string, ort.Tensor>) =>
  ort.InferenceSession.create(path, { logSeverityLevel: 3 }).then((session) => session.run(feeds));

const noise = (dims: readonly number[]) => {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
  return new ort.Tensor('float32', Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, next), dims);
};

describe('differentiate', () => {
  it('writes a model that ONNX Runtime alone runs to gradients, for any class and batch', async () => {
    const { code, stdout, stderr } = await workspace.cli([
      'differentiate',
      model,
      '--objective',
      'score:logits',
      '--wrt',
      'input,layer3',
      '--fetch',
      'logits',
      '--out',
      'new/resnet.grad.onnx',
      '--json',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const written = JSON.parse(stdout);
    expect(readdirSync(join(workspace.folder, 'new'))).toEqual(['resnet.grad.onnx']);
    expect(written).toMatchObject({
      file: join(workspace.folder, 'new/resnet.grad.onnx'),
      value: 'objective.value',
      gradients: { input: 'input.grad', layer3: expect.stringMatching(/\.grad$/) },
      fetched: ['logits'],
    });
    expect(written.inputs.at(-1)).toMatchObject({ name: 'objective.index', type: 'int64' });
    expect(written.bytes).toBe(readFileSync(written.file).length);

    const input = noise([2, 3, 32, 32]);
    const index = new ort.Tensor('int64', BigInt64Array.of(1n, 3n), [2, 1]);
    const { logits, ...rest } = await run(written.file, { input, 'objective.index': index });
    const gradient = rest['input.grad']!;
    const value = Array.from(rest['objective.value']!.data as Float32Array);
    const classes = logits!.dims[1]!;
    expect(value).toEqual([logits!.data[1], logits!.data[classes + 3]]);
    expect(gradient.dims).toEqual([2, 3, 32, 32]);
    expect(rest[written.gradients.layer3]!.dims.length).toBe(4);

    // Finite differences of the file as it was, along the gradient itself.
    const g = gradient.data as Float32Array;
    const norm = Math.hypot(...g);
    const moved = async (step: number) => {
      const data = (input.data as Float32Array).map((x, at) => x + (step * g[at]!) / norm);
      const plain = (await run(model, { input: new ort.Tensor('float32', data, input.dims) }))['logits']!
        .data as Float32Array;
      return plain[1]! + plain[classes + 3]!;
    };
    const numeric = ((await moved(0.01)) - (await moved(-0.01))) / 0.02;
    expect(Math.abs(numeric / norm - 1)).toBeLessThan(0.02);
  });

  it('adds objectives up with weights that are fed', async () => {
    const { code } = await workspace.cli([
      'differentiate',
      model,
      '--objective',
      'score:logits,cross-entropy:logits',
      '--wrt',
      'logits',
      '--out',
      'sum.onnx',
    ]);
    expect(code).toBe(0);
    const scalar = (value: number) => new ort.Tensor('float32', Float32Array.of(value), []);
    const result = await run(join(workspace.folder, 'sum.onnx'), {
      input: noise([1, 3, 32, 32]),
      'objective.0.weight': scalar(2),
      'objective.0.index': new ort.Tensor('int64', BigInt64Array.of(0n), [1, 1]),
      'objective.1.weight': scalar(0),
      'objective.1.target': new ort.Tensor('int64', BigInt64Array.of(0n), [1]),
    });
    const gradient = Array.from(result['logits.grad']!.data as Float32Array);
    expect(gradient[0]).toBe(2);
    expect(gradient.slice(1).every((each) => each === 0)).toBe(true);
  });

  it('compares an output with vectors that are fed', async () => {
    const { code } = await workspace.cli([
      'differentiate',
      model,
      '--objective',
      'similarity:logits',
      '--wrt',
      'logits',
      '--out',
      'cosine.onnx',
    ]);
    expect(code).toBe(0);
    const input = noise([1, 3, 32, 32]);
    const { logits } = await run(model, { input });
    const values = Array.from(logits!.data as Float32Array);
    const unit = Float32Array.from(values, (_, at) => (at === 1 ? 1 : 0));
    const result = await run(join(workspace.folder, 'cosine.onnx'), {
      input,
      'objective.to': new ort.Tensor('float32', unit, [1, values.length]),
    });
    const length = Math.hypot(...values);
    const cosine = values[1]! / length;
    expect((result['objective.value']!.data as Float32Array)[0]).toBeCloseTo(cosine, 5);
    Array.from(result['logits.grad']!.data as Float32Array).forEach((slope, at) => {
      expect(slope).toBeCloseTo((unit[at]! - (cosine * values[at]!) / length) / length, 5);
    });
  });

  it.each([
    [['--objective', 'score', '--wrt', 'input'], 'USAGE'],
    [['--objective', 'loss:logits', '--wrt', 'input'], 'USAGE'],
    [['--objective', 'score:logit', '--wrt', 'input'], 'UNKNOWN_OUTPUT'],
    [['--objective', 'score:logits', '--wrt', 'layer9'], 'UNKNOWN_LAYER'],
    [['--objective', 'score:layer1', '--wrt', 'logits'], 'GRADIENT_NO_PATH'],
    [['--wrt', 'input'], 'USAGE'],
  ])('refuses %j', async (argv, refusal) => {
    const { code, stdout, stderr } = await workspace.cli(['differentiate', model, ...argv, '--out', 'refused.onnx']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(refusal);
    expect(readdirSync(workspace.folder)).not.toContain('refused.onnx');
  });

  it('refuses a place that cannot be written to before anything is lost', async () => {
    await workspace.write('file', '');
    const { code, stderr } = await workspace.cli([
      'differentiate',
      model,
      '--objective',
      'score:logits',
      '--wrt',
      'input',
      '--out',
      'file/model.onnx',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('OUTPUT_NOT_WRITABLE');
  });
});
