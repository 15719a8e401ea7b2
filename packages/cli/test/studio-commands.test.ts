import { afterAll, describe, expect, it } from '@jest/globals';
import { defaultColourMap } from '@understory/imaging';
import { parseStudySpec, type StudySpecInput } from '@understory/studies';
import { emptyWorkspace } from './support/workspace.ts';

// The command imports the studio where it is started alone.
const { commandArguments } = await import('@understory/studio');
const workspace = await emptyWorkspace();
afterAll(() => workspace.remove());

const common = { version: 1, model: 'cifar10-resnet', images: { from: ['a cat.png', 'b.png'] } } as const;
const read = {
  ...{ task: 'object-detection', input: 'pixels', output: ['boxes', 'scores'], labels: 'labels.txt', layer: 'layer4' },
  ...{ feed: { scale: '2,3' }, seed: 7, backend: 'onnx', devices: ['cpu'] },
  preprocessing: { size: 224, mean: [0.5, 0.25, 0], std: [1, 2, 3], fit: 'letterbox', inputRange: '0..255' },
} as const;

const specs: Record<string, StudySpecInput> = {
  'the first map': { ...common, study: 'explain' },
  'explainers with settings, and targets': {
    ...{ ...common, study: 'explain', target: 'top1,-age', colourMap: 'jet', opacity: 0.25, npy: true, html: true },
    explainers: ['gradcam', { id: 'smoothgrad', options: { samples: 5 } }],
  },
  'a model that is said to be read otherwise': { ...common, ...read, study: 'explain' },
  'captions and what they are contrasted with': {
    ...{ ...common, study: 'explain', captions: ['a left apple', 'a "pear"'], against: ['a right apple'] },
  },
  'a question': { ...common, study: 'explain', question: "What's on the left?", answer: 'attr:red' },
  'a curve of deletion': {
    ...{ version: 1, study: 'evaluate', model: 'cifar10-resnet', images: { from: 'photos', limit: 20, offset: 3 } },
    ...{ explainers: ['gradcam', 'random'], metrics: ['deletion:steps=25,score=probability'], target: '282' },
  },
  'an attack through the top of the map': {
    ...{ ...common, study: 'attack', attack: 'pgd:epsilon=8/255,steps=20', masks: ['origin-top:fraction=0.2'] },
    ...{ targetClass: 'lynx', explainer: 'layercam' },
  },
  'an attack on a number': { ...common, study: 'attack', attack: 'fgsm', targetClass: null, target: '-box:dog' },
  'shuffled patches': { ...common, study: 'probe', probe: 'shuffle:grid=4', explainer: null },
};

describe('the command that the studio shows', () => {
  it.each(Object.keys(specs))('means the same specification: %s', async (name) => {
    const spec = specs[name]!;
    const words = commandArguments(spec)!;
    const { code, stdout, stderr } = await workspace.cli([...words, '--print-spec']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(plain(JSON.parse(stdout))).toEqual(plain(parseStudySpec(spec)));
  });
});

/** With selections as texts, one for each list of them, and the colours that are usual: in whichever form they were written, they are the same. */
function plain(value: unknown): unknown {
  const { explainers, metrics, masks, attack, probe, explainer, images, ...rest } = value as Record<string, unknown>;
  const text = (each: unknown): string => {
    if (typeof each !== 'object' || each === null) return String(each);
    const { id, options = {} } = each as { readonly id: string; readonly options?: object };
    const own = Object.entries(options).map(([option, setting]) => `${option}=${String(setting)}`);
    return own.length === 0 ? id : `${id}:${own.join()}`;
  };
  const list = (all: unknown) => (Array.isArray(all) ? all.map(text).join() : all);
  const { from, ...chosen } = images as { readonly from: unknown };
  return {
    ...{ colourMap: defaultColourMap, ...rest },
    ...{ explainers: list(explainers), metrics: list(metrics), masks: list(masks) },
    ...{ attack: text(attack), probe: text(probe), explainer: text(explainer) },
    images: { ...chosen, from: [from].flat() },
  };
}
