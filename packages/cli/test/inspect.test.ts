import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { Node } from '@understory/onnx-autodiff';
import { onnxModel } from './support/onnx-model.ts';
import { emptyWorkspace, fakeWorkspace, repository, type Workspace } from './support/workspace.ts';

// A real network on a busy machine.
jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => void (workspace = await emptyWorkspace()));
afterAll(() => workspace.remove());

const inspectJson = async (...argv: readonly string[]) => {
  const { code, stdout, stderr } = await workspace.cli(['inspect', ...argv, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};

describe('inspect', () => {
  it('shows what the bundled network is made of and where CAM applies', async () => {
    const found = await inspectJson('efficientnet-lite0');
    expect(found.inputs).toEqual([{ name: 'input', type: 'float32', dims: ['batch', 3, 224, 224] }]);
    expect(found.outputs).toEqual([{ name: 'logits', type: 'float32', dims: ['batch', 1000] }]);
    expect(found.operators).toContainEqual({ operator: 'Conv', count: 49, gradient: 'yes' });
    expect(found.operators.map(({ gradient }: { gradient: string }) => gradient)).not.toContain('missing');
    expect(found.reach).toEqual([{ output: 'logits', inputs: { input: true }, layers: 94, of: 94, obstacles: [] }]);
    expect(found.classifier).toMatchObject({
      input: 'input',
      logits: 'logits',
      scoreKind: 'logit',
      classCount: 1000,
      labelled: true,
    });
    const last = found.layers.findLast(({ dims }: { dims: readonly unknown[] }) => dims.length === 4 && dims[2] === 7);
    expect(last).toMatchObject({
      operator: 'Clip',
      dims: ['batch', 1280, 7, 7],
      modules: expect.arrayContaining(['_swish_1']),
      gradient: 'yes',
    });
    const { explainers } = found.classifier;
    const ofLayers = explainers.filter(({ layer }: { layer?: string | null }) => typeof layer === 'string');
    expect(ofLayers).toEqual(
      ['cam', 'gradcam', 'gradcam++', 'layercam', 'hirescam', 'xgradcam', 'shapleycam', 'eigengradcam', 'dff'].map(
        (id) => expect.objectContaining({ id, applies: true, layer: last.name }),
      ),
    );
    const others = explainers.filter(({ layer }: { layer?: string | null }) => layer === null);
    expect(others).toEqual(
      [
        'eigencam',
        'saliency',
        'smoothgrad',
        'integrated-gradients',
        'input-x-gradient',
        'guided-backpropagation',
        'lrp',
        'deeplift',
        'fullgrad',
        'rise',
        'occlusion',
        'lime',
        'kernelshap',
        'scorecam',
        'ablationcam',
        'random',
        'centre',
        'sobel',
        'randomised',
      ].map((id) => expect.objectContaining({ id, applies: true, layer: null })),
    );
    expect(explainers.filter(({ applies }: { applies: boolean }) => !applies)).toEqual(
      ['attention-rollout', 'generic-attention'].map((id) =>
        expect.objectContaining({ id, code: 'ATTENTION_MISSING' }),
      ),
    );
    for (const id of ['saliency', 'smoothgrad', 'integrated-gradients', 'rise']) {
      expect(explainers).toContainEqual(expect.objectContaining({ id, applies: true, layer: null }));
    }
  });

  it('says how the tokens of a vision transformer are read', async () => {
    const path = join(repository, 'fixtures/golden/networks/vit-torchscript/model.onnx');
    const found = await inspectJson(path);
    expect(found.opset).toBe(17);
    expect(found.classifier.explainers).toContainEqual(
      expect.objectContaining({
        id: 'gradcam',
        layer: '/encoder/layers/encoder_layer_0/ln_1/LayerNormalization_output_0',
        reading: 'tokens 1..16 as 4 x 4',
      }),
    );
    const { stdout } = await workspace.cli(['inspect', path]);
    expect(stdout).toMatch(/opset +17/);
    expect(stdout).toMatch(/gradcam +applies +auto layer \/encoder.*ln_1.*, tokens 1\.\.16 as 4 x 4/);
  });

  it('asks of an explainer that takes many passes no more than the first', async () => {
    await workspace.write(
      'patient.mjs',
      `export default { name: 'patient', version: '1.0.0', hostApi: '^1.0.0',
         provides: [{ kind: 'explainer', id: 'patient', title: 'Patient', description: 'Waits.', needs: ['gradients'] }],
         register: (registry) => registry.bind({ name: 'explainer' }, 'patient', () => ({
           explain: async ({ signal, progress }) => {
             for (let pass = 1; ; pass += 1) {
               signal.throwIfAborted();
               progress(pass, Infinity);
             }
           } })) };`,
    );
    const found = await inspectJson(
      join(repository, 'fixtures/golden/networks/resnet-torchscript/model.onnx'),
      ...['--plugin', './patient.mjs'],
    );
    expect(found.classifier.explainers).toContainEqual({
      ...{ id: 'patient', title: 'Patient', backend: 'onnx', applies: true },
      ...{ layer: null, reading: null },
    });
  });

  it('says why CAM does not apply', async () => {
    const found = await inspectJson(join(repository, 'fixtures/golden/networks/vgg-torchscript/model.onnx'));
    const of = (id: string) => found.classifier.explainers.find((each: { readonly id: string }) => each.id === id);
    expect(of('cam')).toMatchObject({
      applies: false,
      code: 'CAM_NOT_APPLICABLE',
      reason: expect.stringMatching(/.{20}/),
    });
    expect(of('gradcam')).toMatchObject({ applies: true });
    expect(found.classifier.preprocessingAssumed).toBe(true);
  });

  it('names operators that stop gradients, and the layers behind them', async () => {
    const nodes = [
      Node.of('Relu', ['x'], ['a'], {}, 'body/Relu'),
      Node.of('Det', ['a'], ['d'], {}, 'head/Det'),
      Node.of('Exp', ['d'], ['y'], {}, 'head/Exp'),
    ];
    await workspace.write('odd.onnx', onnxModel({ input: ['N', 3, 8, 8], output: ['N', 3], nodes }));
    const found = await inspectJson('odd.onnx');
    expect(found.operators).toEqual([
      { operator: 'Det', count: 1, gradient: 'missing' },
      { operator: 'Exp', count: 1, gradient: 'yes' },
      { operator: 'Relu', count: 1, gradient: 'yes' },
    ]);
    expect(found.layers.map(({ name, gradient }: { name: string; gradient: string }) => [name, gradient])).toEqual([
      ['a', 'blocked'],
      ['y', 'yes'],
    ]);
    expect(found.reach[0]).toMatchObject({ inputs: { x: false }, obstacles: [expect.stringContaining('Det')] });
    const text = (await workspace.cli(['inspect', 'odd.onnx'])).stdout;
    expect(text).toMatch(/gradcam +does not apply/);
    expect(text).toContain('There is no gradient for the operator Det');
  });

  it('shows a model that is no classifier too', async () => {
    const nodes = [Node.of('Relu', ['x'], ['y'], {}, 'body/Relu')];
    await workspace.write('sequence.onnx', onnxModel({ input: ['N', 7], output: ['N', 7], nodes }));
    const found = await inspectJson('sequence.onnx');
    expect(found.classifier.error.code).toBe('NOT_AN_IMAGE_CLASSIFIER');
    expect(found.layers.length).toBe(1);
    expect((await workspace.cli(['inspect', 'sequence.onnx'])).code).toBe(0);
  });

  it('folds long lists of layers in text unless asked for all', async () => {
    const path = join(repository, 'fixtures/golden/networks/mobilenet-v3-torchscript/model.onnx');
    const folded = (await workspace.cli(['inspect', path])).stdout;
    const all = (await workspace.cli(['inspect', path, '--all'])).stdout;
    expect(folded).toContain('  ... 22 more; --all lists them\n');
    expect(all.split('\n').length - folded.split('\n').length).toBe(21);
  });

  it('works with a backend that shows neither graph nor gradients', async () => {
    const fake = await fakeWorkspace();
    try {
      await fake.write('model/bare.fake.json', '{ "bare": true }');
      const { code, stdout } = await fake.cli(['inspect', 'model/bare.fake.json']);
      expect(code).toBe(0);
      expect(stdout).toContain('none: the backend computes no gradients');
      expect(stdout).toMatch(/refuses +does not apply +This does not apply to the network/);
      expect(stdout).not.toContain('Operators');
    } finally {
      await fake.remove();
    }
  });
});
