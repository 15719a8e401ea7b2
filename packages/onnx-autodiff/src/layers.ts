import type { Graph } from './graph.ts';
import { modulePaths } from './module-paths.ts';
import type { Inference } from './shapes/inference.ts';
import { isFloat, type ElementType, type Shape } from './types.ts';

/** An activation: a floating-point tensor that a node computes from the inputs. */
export interface Layer {
  readonly name: string;
  readonly type: ElementType;
  /** Numbers, or names of sizes only known when the model runs; undefined where not even the rank is known. */
  readonly dims: Shape;
  /** The operator that computes it. */
  readonly operator: string;
  /**
   * The paths of the modules whose output this is, outermost first, as far as the exporter wrote them down. A module that is
   * called several times goes by the output of its last call.
   */
  readonly modules: readonly string[];
}

/** Every activation of a graph in execution order; weights, constants and what only depends on shapes are left out. */
export function layersOf(graph: Graph, inference: Inference): readonly Layer[] {
  const varying = new Set(graph.inputs.map((input) => input.name));
  const found: Omit<Layer, 'modules'>[] = [];
  for (const node of graph.nodes) {
    if (node.domain === '' && (node.operator === 'Shape' || node.operator === 'Size')) continue;
    if (![...node.inputs, ...node.captures].some((name) => varying.has(name))) continue;
    for (const name of node.outputs) {
      if (!name) continue;
      varying.add(name);
      const { type, shape } = inference.value(name);
      if (type && isFloat(type)) found.push({ name, type, dims: shape, operator: node.operator });
    }
  }
  const modules = modulesByOutput(graph, new Set(found.map((layer) => layer.name)));
  return found.map((layer) => ({ ...layer, modules: modules.get(layer.name) ?? [] }));
}

/** A module's output is the last activation computed inside that something outside reads, or the last one of all. */
function modulesByOutput(graph: Graph, layers: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const paths = modulePaths(graph);
  const scopes = paths.map((list) => new Set(list));
  const readers = new Map<string, number[]>();
  graph.nodes.forEach((node, at) => {
    for (const name of [...node.inputs, ...node.captures]) {
      const list = readers.get(name);
      if (list) list.push(at);
      else readers.set(name, [at]);
    }
  });
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const last = new Map<string, { readonly tensor: string; readonly leaves: boolean }>();
  graph.nodes.forEach((node, at) => {
    for (const tensor of node.outputs) {
      if (!layers.has(tensor)) continue;
      for (const path of paths[at]!) {
        const leaves = outputs.has(tensor) || (readers.get(tensor) ?? []).some((reader) => !scopes[reader]!.has(path));
        if (leaves || !last.get(path)?.leaves) last.set(path, { tensor, leaves });
      }
    }
  });
  const modules = new Map<string, string[]>();
  graph.nodes.forEach((node, at) => {
    for (const tensor of node.outputs) {
      const own = paths[at]!.filter((path) => last.get(path)?.tensor === tensor);
      if (own.length > 0) modules.set(tensor, own);
    }
  });
  return modules;
}
