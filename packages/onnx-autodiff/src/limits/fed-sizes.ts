import { errors } from '../errors.ts';
import type { Graph } from '../graph.ts';
import { countOf, largestKnown } from '../shapes/known.ts';
import { Inference } from '../shapes/inference.ts';
import type { Constant } from '../tensor.ts';
import { fromFloat16 } from '../tensor.ts';
import { staticShape, type ElementType } from '../types.ts';
import { checkWindow } from './check-windows.ts';
import { limits } from './limits.ts';

/** A tensor as a caller feeds it: float16 as its bits, whole numbers of 64 bits as BigInts. */
export interface FedTensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** Feeds whose sizes passed are not looked at again; so many are remembered. */
const remembered = 64;

/** Holds the sizes that a graph computes from what it is fed against the limits and its windows, before a runtime is asked to run it. */
export class FedSizes {
  private readonly graph: Graph;
  /** Sizes that are known whatever is fed were looked at when the model was opened. */
  private readonly isOpen: boolean;
  /** Sizes of feeds that passed, and whether elements of small feeds tell sizes beyond those. */
  private readonly passed = new Map<string, boolean>();

  constructor(graph: Graph, inference: Inference) {
    this.graph = graph;
    this.isOpen = openSizesOf(graph, inference) > 0;
  }

  /** Feeds may be computed tensors too. Throws ONNX_TOO_LARGE where a tensor would be beyond the limits, RUN_FAILED where a window has no place. */
  check(feeds: Readonly<Record<string, FedTensor>>): void {
    if (!this.isOpen) return;
    const fed = Object.entries(feeds);
    const key = fed.map(([name, { dims }]) => `${name} ${dims.join(' ')}`).join('\n');
    let dependsOnElements = this.passed.get(key);
    if (dependsOnElements === undefined) {
      const open = this.openSizes(fed, false);
      dependsOnElements = open > 0 && this.openSizes(fed, true) < open;
      this.passed.set(key, dependsOnElements);
      for (const old of this.passed.keys()) if (this.passed.size > remembered) this.passed.delete(old);
    } else if (dependsOnElements) this.openSizes(fed, true);
  }

  /** How many tensors have a size that stays unknown. */
  private openSizes(fed: readonly (readonly [string, FedTensor])[], withElements: boolean): number {
    const sizes = new Map<string, number>();
    const given = new Map(fed);
    for (const { name, shape } of this.graph.inputs) {
      shape?.forEach((dim, axis) => {
        const size = given.get(name)?.dims[axis];
        if (typeof dim === 'string' && size !== undefined) sizes.set(dim, size);
      });
    }
    const graph = this.graph.withSizes(sizes);
    const inference = new Inference(
      graph,
      new Map(
        fed.map(([name, tensor]) => [
          name,
          {
            value: { name, type: tensor.type, shape: tensor.dims },
            constant: withElements ? constantOf(tensor) : undefined,
          },
        ]),
      ),
    );
    for (const node of graph.nodes) {
      checkWindow(node, inference);
      for (const name of node.outputs) {
        const shape = staticShape(inference.value(name).shape);
        if (!shape || countOf(shape) <= limits.elements) continue;
        throw errors.fedTooLarge(
          `"${name}", [${shape.join(', ')}], of ${node.operator} in node "${node.name}"`,
          fed.map(([input, { dims }]) => `"${input}" [${dims.join(', ')}]`).join(', '),
          `${limits.elements} elements`,
        );
      }
    }
    return openSizesOf(graph, inference);
  }
}

function openSizesOf(graph: Graph, inference: Inference): number {
  const names = graph.nodes.flatMap(({ outputs }) => outputs);
  return names.filter((name) => name && !staticShape(inference.value(name).shape)).length;
}

/** Undefined where a tensor has more elements than shape arithmetic needs. */
function constantOf({ type, dims, data }: FedTensor): Constant | undefined {
  if (data.length > largestKnown) return undefined;
  return {
    type,
    dims,
    values: Array.from(data, (each) => (type === 'float16' ? fromFloat16(Number(each)) : Number(each))),
  };
}
