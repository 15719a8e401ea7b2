const gradientExplainers = [
  ...['gradcam', 'gradcam++', 'layercam', 'hirescam', 'xgradcam', 'shapleycam', 'eigengradcam', 'dff:concepts=2'],
  ...['saliency', 'input-x-gradient'],
  ...[
    'guided-backpropagation',
    'lrp',
    'deeplift',
    'fullgrad',
    'generic-attention',
    'integrated-gradients:steps=2',
    'smoothgrad:samples=2',
  ],
];
const otherExplainers = [
  'cam',
  'eigencam',
  'attention-rollout',
  'random',
  'centre',
  'sobel',
  'occlusion:window=8',
  'scorecam',
  'ablationcam',
  'rise:masks=8',
  'lime:samples=8,segments=6',
  'kernelshap:samples=8,segments=6',
];

const quickMetrics = [
  ...['deletion:steps=4', 'insertion:steps=4', 'road', 'average-drop', 'increase-in-confidence'],
  ...['sparseness', 'max-sensitivity:samples=2', 'sanity'],
  ...[
    'faithfulness-correlation:draws=4',
    'faithfulness-estimate:steps=4',
    'monotonicity',
    'monotonicity-correlation:draws=1',
  ],
  ...['infidelity:patch=32', 'region-perturbation:regions=4', 'local-lipschitz:draws=2', 'continuity:steps=2'],
  ...['complexity', 'effective-complexity', 'random-logit', 'relevance-mass-accuracy', 'top-k-intersection'],
];

/** Options of any command that take no value. */
export const flags = [
  '--only-correct',
  '--strict',
  '--derangement',
  '--untargeted',
  '--random-order',
  '--no-control',
  '--no-overlay',
  '--npy',
  '--all',
  '--help',
  '--version',
];

/** Errors as JSON or as text, notes or none; both are held to what they promise. */
export function outputFlags(draw) {
  return draw.pick([['--json', '--quiet'], ['--json', '--quiet'], ['--json'], ['--quiet'], []]);
}

/** Explainers by name, with commas between them. */
export function explainers(draw, count = draw.integer(1, 3)) {
  return draw.some([...gradientExplainers, ...otherExplainers], count).join(',');
}

export const metrics = (draw, count = draw.integer(1, 2)) => draw.some(quickMetrics, count).join(',');

/**
 * A command line on a model with a picture and a folder of pictures in classes; whatever is written goes to `out`.
 * `size` is the side of the model's pictures, where that has to be said.
 */
export function modelCommand(
  draw,
  { model, picture, folder, size, output = 'logits', input = 'x', mayTakeOtherBackend = true },
) {
  const sized = size === undefined || draw.chance(0.3) ? [] : ['--size', String(size)];
  const backend = mayTakeOtherBackend && draw.chance(0.15) ? ['--backend', 'tfjs', '--device', 'cpu'] : [];
  const common = ['--threads', '1', ...backend, ...outputFlags(draw)];
  const on = ['--model', model, ...sized, ...common];
  const commands = {
    explain: () => [
      ...['explain', picture, ...on, '--out', 'out', '--explainer', explainers(draw)],
      ...draw.pick([[], ['--npy'], ['--npy', '--no-overlay'], ['--target', 'top2'], ['--target', '1']]),
    ],
    inspect: () => ['inspect', model, ...common, ...(draw.chance(0.3) ? ['--all'] : [])],
    differentiate: () => [
      ...['differentiate', model, ...common, '--out', 'out/model.grad.onnx'],
      ...['--objective', `${draw.pick(['score', 'cross-entropy', 'cotangent'])}:${output}`, '--wrt', input],
    ],
    evaluate: () => [
      ...['evaluate', `folder:${folder}`, ...on, '--out', 'out', '--target', 'predicted'],
      ...['--explainer', explainers(draw, 2), '--metric', metrics(draw), '--examples', '1'],
    ],
    probe: () => [
      ...['probe', 'shuffle', `folder:${folder}`, ...on, '--out', 'out', '--grid', '2', '--permutations', '1'],
      ...draw.pick([[], ['--explainer', 'none'], ['--control', 'seams']]),
    ],
    attack: () => [
      ...['attack', draw.pick(['pgd', 'fgsm', 'bim', 'apgd']), `folder:${folder}`, ...on, '--out', 'out'],
      ...draw.pick([['--untargeted'], ['--target-class', '1']]),
      ...['--mask', draw.pick(['all', 'random:0.3', 'origin-top:0.2', 'uniform:0.5'])],
      ...['--epsilon', '8/255', '--examples', '1'],
    ],
  };
  const name = draw.weighted({ explain: 5, inspect: 2, differentiate: 1.5, evaluate: 1, probe: 0.5, attack: 0.7 });
  return commands[name]();
}
