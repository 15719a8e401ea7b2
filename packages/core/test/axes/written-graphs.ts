import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { tensor, type AttributeValue, type Dimension, type Model } from '@understory/core';

type Written = {
  readonly network: string;
  readonly exporter: string;
  /** The last module that sees places, and the size that it has in PyTorch. */
  readonly module: string;
  /** What pytorch-grad-cam or timm's `feature_info` names, and what `auto` is expected to take: a module, or one without a name, and why it is another. */
  readonly recommended: string;
  readonly expected: string | null;
  readonly because: string | null;
  readonly map: readonly [height: number, width: number];
  readonly auto: { readonly layer: number; readonly name: string; readonly kind: 'map' | 'tokens' };
  readonly input: readonly [tensor: number, dims: readonly Dimension[]];
  readonly outputs: readonly number[];
  readonly nodes: readonly (readonly [string, readonly number[], readonly number[], Record<string, AttributeValue>?])[];
  readonly layers: readonly (readonly [number, string, readonly Dimension[] | null, readonly string[]])[];
  readonly constants: Readonly<Record<string, readonly [dims: readonly number[], values?: readonly number[]]>>;
};

export interface WrittenGraph extends Pick<
  Written,
  'network' | 'exporter' | 'module' | 'recommended' | 'expected' | 'because' | 'map'
> {
  readonly auto: { readonly layer: string; readonly name: string; readonly kind: 'map' | 'tokens' };
  readonly model: Pick<Model, 'layers' | 'inputs' | 'graph'>;
  readonly outputs: readonly string[];
}

const nameOf = (tensorNumber: number) => (tensorNumber === -1 ? '' : `t${tensorNumber}`);

/** The graphs that `tools/golden/layouts.py` and `layouts.mjs` wrote, without weights. */
export function writtenGraphs(): readonly WrittenGraph[] {
  const file = new URL('../../../../fixtures/golden/layouts.jsonl.gz', import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  return lines.map((line) => read(JSON.parse(line) as Written));
}

function read({ auto, input, outputs, nodes, layers, constants, ...known }: Written): WrittenGraph {
  return {
    ...known,
    auto: { ...auto, layer: nameOf(auto.layer) },
    outputs: outputs.map(nameOf),
    model: {
      inputs: [{ name: nameOf(input[0]), type: 'float32', dims: input[1] }],
      layers: layers.map(([name, operator, dims, modules]) => ({
        ...{ name: nameOf(name), type: 'float32', operator, modules },
        dims: dims ?? undefined,
      })),
      graph: {
        nodes: nodes.map(([operator, inputs, computed, attributes = {}]) => ({
          ...{ operator, attributes },
          name: nameOf(computed[0] ?? -1),
          inputs: inputs.map(nameOf),
          outputs: computed.map(nameOf),
        })),
        constant(name) {
          const [dims, values] = constants[name.slice(1)] ?? [];
          if (dims === undefined) return undefined;
          if (values === undefined) return { type: 'float32', dims, data: new Float32Array(0) };
          return tensor('int64', BigInt64Array.from(values, BigInt), dims);
        },
      },
    },
  };
}
