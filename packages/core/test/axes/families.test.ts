import { describe, expect, it } from '@jest/globals';
import { betweenIn, findLayer, lastSpatialLayer, layerReadings } from '@understory/core';
import type { Dimension, LayerReading } from '@understory/core';
import { writtenGraphs, type WrittenGraph } from './written-graphs.ts';

const graphs = writtenGraphs();

function sizeOf(reading: LayerReading, dims: readonly Dimension[]): readonly (Dimension | undefined)[] {
  return ['height', 'width'].map((role) => {
    const at = reading.axes.findIndex(({ factors }) => factors.some((each) => each.role === role));
    return reading.axes[at]!.factors.find((each) => each.role === role)!.size ?? dims[at];
  });
}

function readingOf({ model }: WrittenGraph, layer: string): LayerReading | undefined {
  const found = layerReadings(model).get(layer);
  return typeof found === 'object' ? found : undefined;
}

it('has graphs of every family and of both exporters', () => {
  expect(graphs.length).toBeGreaterThan(90);
  expect(new Set(graphs.map(({ exporter }) => exporter))).toEqual(new Set(['torchscript', 'dynamo']));
});

describe.each(graphs.map((graph) => [`${graph.network} by ${graph.exporter}`, graph] as const))('%s', (_, graph) => {
  const { model, outputs, map, auto } = graph;

  it('is explained at the last layer that sees space, at the resolution of the layer that is recommended', () => {
    const isOnPath = betweenIn(model.graph!, [model.inputs[0]!.name], outputs);
    const layer = lastSpatialLayer(model, isOnPath)!;
    const reading = readingOf(graph, layer.name)!;
    expect([layer.name, layer.modules.at(-1) ?? auto.name, reading.kind]).toEqual([auto.layer, auto.name, auto.kind]);
    const size = sizeOf(reading, layer.dims!);
    // Sizes that are open until the network runs tell nothing.
    expect(size.map((side, at) => (typeof side === 'number' ? side : map[at]))).toEqual(map);
  });

  it('is explained where its documentation says, or elsewhere for a reason', () => {
    const isOnPath = betweenIn(model.graph!, [model.inputs[0]!.name], outputs);
    const layer = lastSpatialLayer(model, isOnPath)!;
    expect(graph.because !== null).toBe(graph.expected !== graph.recommended);
    if (graph.expected === null) expect(layer.modules).toEqual([]);
    else expect(layer.modules).toContain(graph.expected);
  });

  const named = model.layers.filter(({ modules }) => modules.includes(graph.module));
  if (named.length > 0)
    it('can be explained at the layer that is recommended', () => {
      const layer = findLayer(model.layers, graph.module);
      const size = sizeOf(readingOf(graph, layer.name)!, layer.dims!);
      expect(size.map((side, at) => (typeof side === 'number' ? side : map[at]))).toEqual(map);
    });
});
