import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../../docs/comparison.md');
/** Written by tools/reference/peer_names.py. */
const peers = JSON.parse(read('./fixtures/peer-names.json')) as Readonly<
  Record<string, { readonly version: string; readonly names: readonly string[] }>
>;

/** Letters and digits alone: "Top-K Intersection" is `TopKIntersection`. */
const plain = (name: string) => name.replace(/\W/g, '').toLowerCase();
const listed = new Set(
  page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|')[1]!)
    .flatMap((cell) => [cell.replace(/\(.*\)/, ''), /\((.*)\)/.exec(cell)?.[1] ?? '', ...cell.split(',')])
    .map(plain),
);

/** No methods: base classes, parts of methods, inputs, providers and statistics. */
const parts: Readonly<Record<string, readonly string[]>> = {
  'pytorch-grad-cam': [
    ...['AblationLayer', 'AblationLayerFasterRCNN', 'AblationLayerVit', 'ActivationsAndGradients'],
    ...['AveragerAcrossThresholds', 'NoisyLinearImputer', 'PerturbationConfidenceMetric', 'run_dff_on_image'],
  ],
  Captum: [
    ...['Attribution', 'CAV', 'ClassSummarizer', 'Classifier', 'CommonStats', 'Concept', 'ConceptInterpreter', 'Count'],
    ...['DataInfluence', 'DefaultClassifier', 'GradientAttribution', 'ImageMaskInput', 'InterpretableEmbeddingBase'],
    ...['InterpretableInput', 'LLMAttributionResult', 'LayerAttribution', 'MSE', 'Max', 'Mean', 'Min'],
    ...['NeuronAttribution', 'Perturbation', 'PerturbationAttribution', 'ProductBaselines', 'RemoteLLMProvider'],
    ...['StatValue', 'StdDev', 'Sum', 'Summarizer', 'SummarizerSingleTensor', 'TextTemplateInput', 'TextTokenInput'],
    ...['TokenReferenceBase', 'TracInCPBase', 'VLLMProvider', 'Var', 'configure_interpretable_embedding_layer'],
    ...['infidelity_perturb_func_decorator', 'remove_interpretable_embedding_layer', 'visualization'],
  ],
  Quantus: [],
};

describe('docs/comparison.md', () => {
  it.each(Object.entries(peers))('names every method and metric of %s', (peer, { version, names }) => {
    expect(page).toContain(`${peer} ${version}`);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !listed.has(plain(name)))).toEqual(parts[peer]);
  });
});
