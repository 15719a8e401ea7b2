import {
  fromFloat32,
  imageInputOf,
  toFloat32,
  type Box,
  type Feeds,
  type HeatMap,
  type ImageInput,
  type MetricRequest,
  type Model,
} from '@understory/core';
import { upsample } from '@understory/imaging';

/**
 * The same request without the padding of its one picture: metrics see what lies in `frame` as the whole picture, and the padding is put back where the
 * model is run or explained. A padded picture is so measured as the same picture without padding is. Maps whose cells end with the picture are cut;
 * others are brought to the size of the input first, bicubic.
 */
export function withinPicture(request: MetricRequest, frame: Box): MetricRequest {
  const { model, feeds, image, maps, boxes, objects, explain } = request;
  const input = imageInputOf(model, feeds, image);
  if (frame.width === input.width && frame.height === input.height) return request;
  const window: Window = { input, frame, canvas: toFloat32(feeds[input.name]!) };
  return {
    ...request,
    model: framedModel(model, window),
    feeds: cut(feeds, window),
    maps: maps.map((map) => cutMap(map, window)),
    ...(boxes && {
      boxes: boxes.map((own) => own.map((box) => ({ ...box, x: box.x - frame.x, y: box.y - frame.y }))),
    }),
    ...(objects && { objects: objects.map((mask) => mask && cutMask(mask, window)) }),
    ...(explain && { explain: explainedWithin(explain, window) }),
  };
}

function explainedWithin(explain: Explain, window: Window): Explain {
  return async ({ model, feeds, objective }) => {
    const found = await explain({
      ...(objective && { objective }),
      ...(model && { model: originals.get(model) ?? model }),
      ...(feeds && { feeds: padded(feeds, window) }),
    });
    return found.map((map) => cutMap(map, window));
  };
}

type Explain = NonNullable<MetricRequest['explain']>;

interface Window {
  /** Of the padded picture. */
  readonly input: ImageInput;
  readonly frame: Box;
  /** The padded picture, of which what lies outside the frame is the padding. */
  readonly canvas: Float32Array;
}

/** The model behind one that takes pictures without padding. */
const originals = new WeakMap<Model, Model>();
/** One of each model and place of the picture, since metrics keep what they made of a model. */
const framedModels = new WeakMap<Model, Map<string, Model>>();

function framedModel(model: Model, window: Window): Model {
  const { input, frame } = window;
  const key = [input.name, input.width, input.height, frame.x, frame.y, frame.width, frame.height].join(' ');
  const known = framedModels.get(model) ?? new Map<string, Model>();
  framedModels.set(model, known);
  const framed = known.get(key) ?? frameModel(model, window);
  known.set(key, framed);
  return framed;
}

function frameModel(model: Model, window: Window): Model {
  const framed: Model = {
    ...plainModel(model, window),
    ...(model.randomised && {
      randomised: async (options) => {
        const other = await model.randomised!(options);
        const own = plainModel(other, window);
        originals.set(own, other);
        return own;
      },
    }),
  };
  originals.set(framed, model);
  return framed;
}

/** It runs, and is not re-initialised. */
function plainModel(model: Model, window: Window): Model {
  const { inputs, outputs, layers, origin, graph, metadata, weightedLayers } = model;
  const { input } = window;
  return {
    inputs: inputs.map((spec) =>
      spec.name === input.name && spec.dims !== undefined
        ? { ...spec, dims: [spec.dims[0]!, ...cutDims(window)] }
        : spec,
    ),
    ...{ outputs, layers, origin },
    ...(graph && { graph }),
    ...(metadata && { metadata }),
    ...(weightedLayers && { weightedLayers }),
    run: (feeds, fetch) => model.run(padded(feeds, window), fetch),
    close: () => model.close(),
  };
}

/** Channels, height and width of what lies in the frame, in the order of the input. */
function cutDims({ input: { layout, channels }, frame: { width, height } }: Window): readonly number[] {
  return layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
}

function cut(feeds: Feeds, window: Window): Feeds {
  const { input } = window;
  const tensor = feeds[input.name]!;
  const samples = tensor.dims[0]!;
  const dims = cutDims(window);
  const size = dims.reduce((product, each) => product * each, 1);
  const from = toFloat32(tensor);
  const pixels = new Float32Array(samples * size);
  for (const [inside, whole] of places(window)) {
    for (let sample = 0; sample < samples; sample += 1)
      pixels[sample * size + inside] = from[sample * input.size + whole]!;
  }
  return { ...feeds, [input.name]: fromFloat32(pixels, tensor.type, [samples, ...dims]) };
}

function padded(feeds: Feeds, window: Window): Feeds {
  const { input, canvas } = window;
  const tensor = feeds[input.name]!;
  const samples = tensor.dims[0]!;
  const from = toFloat32(tensor);
  const size = from.length / samples;
  const pixels = new Float32Array(samples * input.size);
  for (let sample = 0; sample < samples; sample += 1) pixels.set(canvas.subarray(0, input.size), sample * input.size);
  for (const [inside, whole] of places(window)) {
    for (let sample = 0; sample < samples; sample += 1)
      pixels[sample * input.size + whole] = from[sample * size + inside]!;
  }
  return { ...feeds, [input.name]: fromFloat32(pixels, tensor.type, [samples, ...input.dims.slice(1)]) };
}

/** Each element of the picture: where it is without padding, and where with it. */
function* places({ input, frame }: Window): Generator<readonly [inside: number, whole: number]> {
  const { layout, channels, width, channelStride, pixelStride } = input;
  const own =
    layout === 'NCHW'
      ? { channelStride: frame.width * frame.height, pixelStride: 1 }
      : { channelStride: 1, pixelStride: channels };
  for (let channel = 0; channel < channels; channel += 1) {
    for (let y = 0; y < frame.height; y += 1) {
      for (let x = 0; x < frame.width; x += 1) {
        yield [
          channel * own.channelStride + (y * frame.width + x) * own.pixelStride,
          channel * channelStride + ((y + frame.y) * width + x + frame.x) * pixelStride,
        ];
      }
    }
  }
}

/** The part of a map that lies over the picture. */
function cutMap(map: HeatMap, { input, frame }: Window): HeatMap {
  const [across, down] = [map.width / input.width, map.height / input.height];
  const cells = {
    ...{ x: frame.x * across, width: frame.width * across },
    ...{ y: frame.y * down, height: frame.height * down },
  };
  if (map.width === 1 && map.height === 1) return map;
  if (Object.values(cells).every(Number.isInteger)) return cutOf(map, cells);
  if (!map.data.every(Number.isFinite)) return map;
  return cutOf(upsample(map, input.height, input.width, 'bicubic'), frame);
}

function cutMask(mask: Uint8Array, { input, frame }: Window): Uint8Array {
  const rows = Array.from({ length: frame.height }, (_, row) => {
    const start = (frame.y + row) * input.width + frame.x;
    return mask.subarray(start, start + frame.width);
  });
  return Uint8Array.from(rows.flatMap((row) => [...row]));
}

function cutOf(map: HeatMap, { x, y, width, height }: Box): HeatMap {
  const data = new Float32Array(width * height);
  for (let row = 0; row < height; row += 1) {
    const start = (y + row) * map.width + x;
    data.set(map.data.subarray(start, start + width), row * width);
  }
  return { ...map, height, width, data };
}
