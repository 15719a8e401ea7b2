import {
  checkLayerSees,
  elementCount,
  errors,
  fedImageSize,
  findLayer,
  float32,
  isDifferentiable,
  lastSpatialLayer,
  betweenIn,
  layersLike,
  objectiveOf,
  outputsOf,
  placesOf,
  type Feeds,
  type LayerSpec,
  type Objective,
  type PixelSubject,
  type Subject,
  type Tensor,
  type Tensors,
  type VisualisedGoal,
} from '@understory/core';
import { targetsOf } from '../common/targets.ts';
import { studyErrors } from '../errors.ts';
import type { VisualisationSpec } from '../spec/study-spec.ts';
import { readChannels } from './read-channels.ts';

/** Something that a picture is made for. */
export interface PictureGoal {
  /** `features.3-12`, or `target.281`. */
  readonly id: string;
  readonly layer: string | null;
  readonly channel: number | null;
  readonly target: string | null;
  readonly label: string | null;
  /** Made when it is asked for: of all channels of a layer it would fill the memory. */
  weights(): VisualisedGoal;
}

type Asked = Pick<VisualisationSpec, 'layer' | 'layers' | 'layout' | 'channels' | 'at' | 'target'>;

/**
 * The channels of layers and the targets that a spec asks for, in its order. Throws UNKNOWN_LAYER, NO_SPATIAL_LAYER, LAYER_WITHOUT_IMAGE,
 * LAYER_AXES, CHANNEL_OUT_OF_RANGE, TARGET_INVALID and NOT_DIFFERENTIABLE.
 */
export async function goalsOf(spec: Asked, subject: PixelSubject): Promise<readonly PictureGoal[]> {
  const { channels, height, width } = subject;
  const grey = float32(new Float32Array(channels * height * width).fill(0.5), [1, channels, height, width]);
  const feeds = subject.feeds(grey);
  const own = spec.layers ?? (spec.target === undefined || spec.layer.trim() !== 'auto' ? [spec.layer] : []);
  let goals: readonly PictureGoal[] = [];
  for (const layer of own) goals = [...goals, ...(await channelGoals(layer, spec, subject.subject, feeds))];
  if (spec.target !== undefined) goals = [...goals, ...(await targetGoals(spec.target, subject, grey))];
  return [...new Map(goals.map((goal) => [goal.id, goal])).values()];
}

async function channelGoals(
  name: string,
  spec: Asked,
  subject: Subject,
  feeds: Feeds,
): Promise<readonly PictureGoal[]> {
  const { model, picture } = subject;
  const isAuto = name.trim() === 'auto';
  const found = isAuto ? lastLayer(subject, spec) : findLayer(model.layers, name);
  checkLayerSees(model, found.name, picture.name);
  checkReaches(subject, found.name);
  const tensor = (await model.run(feeds, [found.name]))[found.name]!;
  const places = readingOf(found, tensor, spec, subject, feeds);
  const layer = isAuto ? (found.modules.at(-1) ?? found.name) : name.trim();
  return readChannels(spec.channels, layer, places.length).map((channel) => ({
    id: `${layer}-${channel}`,
    ...{ layer, channel, target: null, label: null },
    weights: () => ({ [found.name]: weightsOf(tensor, places.at(channel), spec.at) }),
  }));
}

interface ChannelPlaces {
  readonly length: number;
  /** Where a channel's numbers lie in one sample, row by row of its map, and how wide the map is. */
  at(channel: number): { readonly places: readonly number[]; readonly width: number };
}

/** Where the channels of a layer lie: maps by what its axes stand for, and single numbers where it is a row of them. */
function readingOf(
  layer: LayerSpec,
  tensor: Tensor,
  { layout }: Asked,
  { model, picture }: Subject,
  feeds: Feeds,
): ChannelPlaces {
  const { dims } = tensor;
  const size = elementCount(dims);
  if (dims.length === 2) return { length: size, at: (channel) => ({ places: [channel], width: 1 }) };
  const read = placesOf(model, layer, 1, { layout, image: fedImageSize(model, feeds, picture.name) });
  // Numbers that say where they are, read as the layer's own would be.
  const maps = read(
    float32(
      Float32Array.from({ length: size }, (_, place) => place),
      dims,
    ),
    1,
  );
  const places = maps.of(0);
  const area = maps.height * maps.width;
  return {
    length: maps.channels,
    at: (channel) => ({ places: [...places.subarray(channel * area, (channel + 1) * area)], width: maps.width }),
  };
}

/** The mean over a channel's places, or the one in the middle. */
function weightsOf(
  { dims }: Tensor,
  { places, width }: ReturnType<ChannelPlaces['at']>,
  at: VisualisationSpec['at'],
): Tensor<'float32'> {
  const weights = new Float32Array(elementCount(dims));
  const height = places.length / width;
  const centre = places[Math.floor(height / 2) * width + Math.floor(width / 2)]!;
  if (at === 'centre') weights[centre] = 1;
  else for (const place of places) weights[place] = 1 / places.length;
  return float32(weights, dims);
}

function lastLayer({ model, picture, reads, layer }: Subject, { layout }: Asked): LayerSpec {
  if (layer !== undefined) return findLayer(model.layers, layer);
  const isBetween = model.graph === undefined ? () => true : betweenIn(model.graph, [picture.name], [...reads]);
  const found = lastSpatialLayer(model, isBetween, layout);
  if (found !== undefined) return found;
  throw errors.noSpatialLayer({
    ...{ layers: model.layers.length, output: reads.join(', '), candidates: layersLike(model) },
    layout,
  });
}

/** Throws NOT_DIFFERENTIABLE where no gradient comes from a tensor to the picture. */
function checkReaches({ model, picture }: Subject, tensor: string): void {
  if (!isDifferentiable(model)) return;
  const way = model.differentiability(tensor, picture.name);
  if (way.differentiable) return;
  throw errors.notDifferentiable({ output: tensor, tensor: picture.name, reason: way.message, alternatives: [] });
}

async function targetGoals(
  text: string,
  subject: PixelSubject,
  grey: Tensor<'float32'>,
): Promise<readonly PictureGoal[]> {
  const own = subject.subject;
  const targets = targetsOf(text, own);
  const feeds = subject.feeds(grey);
  const [answer] = await subject.answer(grey);
  const computed = await own.model.run(feeds, [...new Set([...own.reads, ...targets.outputs])]);
  const goals: PictureGoal[] = [];
  for (const { target } of targets.of(answer!, computed)) {
    const objective = objectiveOf([target]);
    const read = outputsOf(objective);
    const outputs = await own.model.run(feeds, read);
    for (const name of read) checkReaches(own, name);
    const { words, label } = target;
    const weights = weightsOfObjective(objective, outputs, words);
    goals.push({ id: `target.${words}`, layer: null, channel: null, target: words, label, weights: () => weights });
  }
  return goals;
}

/** An objective that adds elements of tensors, as what they are weighed with; throws TARGET_INVALID for any other. */
function weightsOfObjective(objective: Objective, outputs: Tensors, words: string): VisualisedGoal {
  switch (objective.kind) {
    case 'score': {
      const { dims } = outputs[objective.output]!;
      const weights = new Float32Array(elementCount(dims));
      const place = objective.index[0]!.reduce((before, index, axis) => before * dims[axis + 1]! + index, 0);
      weights[place] = 1;
      return { [objective.output]: float32(weights, dims) };
    }
    case 'cotangent':
      return Object.fromEntries(
        Object.entries(objective.cotangents).map(([name, { data, dims }]) => [
          name,
          float32(Float32Array.from(data as Float32Array), dims),
        ]),
      );
    case 'sum': {
      const sum: Record<string, Tensor<'float32'>> = {};
      for (const { weight, of } of objective.terms) {
        for (const [name, { data, dims }] of Object.entries(weightsOfObjective(of, outputs, words))) {
          const before = sum[name]?.data;
          sum[name] = float32(
            data.map((value, at) => weight * value + (before?.[at] ?? 0)),
            dims,
          );
        }
      }
      return sum;
    }
    default:
      throw studyErrors.classInvalid({
        found: words,
        expected: 'a class, an element or a region of an output: what is a sum of its numbers',
      });
  }
}
