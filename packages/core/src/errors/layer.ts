import type { Unreadable } from '../axes/read-axes.ts';
import { UnderstoryError, type Remedy } from './diagnosis.ts';
import { count, didYouMean, tryInstead } from './words.ts';

/** Errors of layers and how they are read. */
export const layerErrors = {
  unknownLayer({
    layer,
    suggestions,
    examples = [],
  }: {
    layer: string;
    suggestions: readonly string[];
    /** A few layers of the model, for where nothing comes close. */
    examples?: readonly string[];
  }) {
    const shown = suggestions.length === 0 && examples.length > 0;
    const last = shown ? `Its last layers are ${examples.map((example) => `"${example}"`).join(', ')}. ` : '';
    return new UnderstoryError({
      code: 'UNKNOWN_LAYER',
      message: `The model has no layer "${layer}".`,
      found: `"${layer}"`,
      expected: 'a tensor name, a module path or auto',
      next: didYouMean(suggestions, `${last}The model lists every layer.`),
      remedy: { kind: 'list', of: 'layers' },
    });
  },

  ambiguousLayer({ layer, matches }: { layer: string; matches: readonly string[] }) {
    const shown = matches.slice(0, 10).map((match) => `"${match}"`);
    return new UnderstoryError({
      code: 'AMBIGUOUS_LAYER',
      message: `Several modules end with "${layer}".`,
      found: `${count(matches.length, 'module')}: ${shown.join(', ')}${matches.length > shown.length ? ', ...' : ''}`,
      expected: 'a tensor name, a module path, or the end of one that no other module shares',
      next: 'Give a longer part of the path.',
    });
  },

  layerWithoutImage({ layer, image, others }: { layer: string; image: string; others: readonly string[] }) {
    return new UnderstoryError({
      code: 'LAYER_WITHOUT_IMAGE',
      message: `The layer "${layer}" does not see the explained image.`,
      found: `a layer that depends on ${others.map((name) => `"${name}"`).join(', ')}`,
      expected: `a layer that depends on "${image}"`,
      next: 'Use the layer "auto", or name the other input as the one that takes the image.',
      remedy: {
        kind: 'settings',
        settings: [
          { name: 'layer', value: 'auto' },
          { name: 'input', value: others[0]! },
        ],
      },
    });
  },

  layerNotSpatial({
    layer,
    dims,
    batch,
    candidates = [],
  }: {
    layer: string;
    dims: readonly (number | string)[];
    batch: number;
    /** Layers that can be read. */
    candidates?: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'LAYER_NOT_SPATIAL',
      message: `The layer "${layer}" has no spatial positions.`,
      found: shownDims(dims),
      expected: `a feature map of more than one row and column, such as [${batch}, channels, height, width], or tokens [${batch}, tokens, channels] on a grid`,
      next: `Use the layer "auto", or ${takeOneOf(candidates)}.`,
      remedy: layerRemedy(candidates),
    });
  },

  layerAxes({
    layer,
    axes,
    dims,
    candidates = [],
  }: {
    layer: string;
    axes: Exclude<Unreadable, 'noPositions'> | 'open';
    dims?: readonly (number | string)[] | undefined;
    /** Layers that can be read. */
    candidates?: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'LAYER_AXES',
      message:
        axes === 'unknown' || axes === 'open'
          ? `The height and width axes of layer "${layer}" cannot be determined.`
          : `The axes of layer "${layer}" are not those of a feature map.`,
      found: `${foundAxes[axes]}${dims ? `, ${shownDims(dims)}` : ''}`,
      expected:
        'height and width axes of a convolution, pooling, resize or normalisation, or tokens [N, T, C] of these',
      next:
        axes === 'unknown' || axes === 'open'
          ? `${capital(takeOneOf(candidates))}; or give its layout: nchw, nhwc, or tokens:HxW, with +prefix for leading tokens.`
          : `Use the layer "auto", or ${takeOneOf(candidates)}.`,
      remedy:
        axes === 'unknown' || axes === 'open'
          ? { kind: 'settings', settings: [{ name: 'layout' }] }
          : layerRemedy(candidates),
    });
  },

  attentionMissing({ output }: { output: string }) {
    return new UnderstoryError({
      code: 'ATTENTION_MISSING',
      message: 'The network has no attention on the way to what is explained.',
      found: `no softmax whose result weighs values between the image and ${output}`,
      expected: 'a transformer on tokens of the image',
      next: tryInstead(['gradcam', 'eigencam', 'rise']),
    });
  },

  attentionHidden({ operator, outputs }: { operator: string; outputs: readonly string[] }) {
    return new UnderstoryError({
      code: 'ATTENTION_HIDDEN',
      message: 'The attention weights of the network are not among its tensors.',
      found: `${operator} ("${outputs[0]}"), which is a whole attention in one operator`,
      expected: 'attention written out as products and a softmax',
      next: 'Export the network with attention written out (an opset below 23, without optimisation for transformers), or use gradcam, eigencam or rise.',
    });
  },

  attentionTokens({ tensor, found }: { tensor: string; found: string }) {
    return new UnderstoryError({
      code: 'ATTENTION_TOKENS',
      message: `The attention weights "${tensor}" are not between the tokens of the image.`,
      found,
      expected:
        'the same tokens in every layer, each with a weight for each other, as in ViT; no windows, no other queries than the last layer of all',
      next: tryInstead(['gradcam', 'eigencam', 'rise']),
    });
  },

  layoutInvalid({ layout }: { layout: string }) {
    return new UnderstoryError({
      code: 'LAYOUT_INVALID',
      message: 'The layout is not valid.',
      found: `"${layout}"`,
      expected:
        'nchw, nhwc, or tokens:HEIGHTxWIDTH, with +PREFIX for leading tokens without a spatial position, such as tokens:14x14+1',
      next: 'Use one of these forms.',
    });
  },

  layoutMismatch({ layer, layout, dims }: { layer: string; layout: string; dims: readonly (number | string)[] }) {
    return new UnderstoryError({
      code: 'LAYOUT_MISMATCH',
      message: `The layer "${layer}" cannot be read as ${layout}.`,
      found: shownDims(dims),
      expected: layout.startsWith('tokens')
        ? 'three dimensions, the second with as many elements as the grid and the prefix'
        : 'four dimensions',
      next: 'Give another layer, or a layout that matches its shape.',
    });
  },

  laterLayersUndetermined({ layer, candidates }: { layer: string; candidates: readonly string[] }) {
    return new UnderstoryError({
      code: 'LATER_LAYERS_UNDETERMINED',
      message: 'The last spatial layer cannot be chosen automatically.',
      found: `the last layer known to be spatial is "${layer}"; later ones whose height and width axes cannot be determined are ${candidates.join(', ')}`,
      expected: 'a graph in which the positions of an image can be followed to the last spatial layer',
      next: `Give one of these as the layer, with its layout: nchw, nhwc, or tokens:HxW, with +prefix for leading tokens; or take the earlier layer "${layer}".`,
      remedy: { kind: 'settings', settings: [{ name: 'layer' }, { name: 'layout' }] },
    });
  },

  noSpatialLayer({
    layers,
    output,
    candidates = [],
    layout,
  }: {
    layers: number;
    output: string;
    /** Layers whose axes nothing tells, with their sizes. */
    candidates?: readonly string[];
    layout?: string | undefined;
  }) {
    const asked = layout === undefined ? 'known to have height and width' : `with a shape that matches ${layout}`;
    return new UnderstoryError({
      code: 'NO_SPATIAL_LAYER',
      message: 'The model has no spatial activation that the explained output depends on.',
      found: `${count(layers, 'layer')}, none of them ${asked}, on the way to "${output}"${candidates.length > 0 ? `; undetermined are ${candidates.join(', ')}` : ''}`,
      expected: 'a feature map with more than one row and column, or tokens of an image on a grid',
      next:
        candidates.length > 0
          ? 'Give one of these as the layer, with its layout: nchw, nhwc, or tokens:HxW, with +prefix for leading tokens.'
          : 'Give a layer, or use an explainer of the input.',
      remedy: {
        kind: 'settings',
        settings: candidates.length > 0 ? [{ name: 'layer' }, { name: 'layout' }] : [{ name: 'layer' }],
      },
    });
  },
} as const;

const foundAxes = {
  attention: 'queries, keys, scores or values of attention, or a split channel axis',
  windows: 'windows of a feature map, or parts of its axes',
  batch: 'an axis that does not begin with the batch',
  unknown: 'axes that no operator determines',
  open: 'tokens whose grid is unknown',
};

function shownDims(dims: readonly (number | string)[]): string {
  return `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}

function takeOneOf(candidates: readonly string[]): string {
  return candidates.length > 0
    ? `use a layer that can be read, such as ${candidates.map((name) => `"${name}"`).join(', ')}`
    : 'use another layer of the model';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A layer that can be read, or the automatic choice. */
function layerRemedy([candidate]: readonly string[]): Remedy {
  return { kind: 'settings', settings: [{ name: 'layer', value: candidate ?? 'auto' }] };
}
