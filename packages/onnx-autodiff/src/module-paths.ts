import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import { isFloat, elementTypeOf } from './types.ts';

/**
 * The paths of the modules that each node lies in, outermost first, as three kinds of exporters write them down:
 * - PyTorch's dynamo exporter in the metadata `pkg.torch.onnx.name_scopes`;
 * - PyTorch's TorchScript exporter in node names, `/layer4/layer4.2/conv3/Conv`;
 * - tf2onnx in node names, `model/block1/conv/Conv2D`, whose paths keep their slashes.
 */
export function modulePaths(graph: Graph): readonly (readonly string[])[] {
  const calls = callsOf(graph);
  return graph.nodes.map((node) => {
    const dynamo = dynamoScopes(node);
    if (dynamo) return dynamo;
    const name = scopedName(node);
    if (name === undefined) return [];
    return name.startsWith('/') ? torchScriptPaths(name, calls) : slashPaths(name);
  });
}

function dynamoScopes(node: Node): readonly string[] | undefined {
  const entry = node.proto.metadataProps.find(({ key }) => key === 'pkg.torch.onnx.name_scopes');
  if (!entry) return undefined;
  const quoted = [...entry.value.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, single, double]) => single ?? double ?? '');
  // The last scope is the operation itself; a repeated call of a module is marked with @1, @2, ...
  const paths = quoted.slice(0, -1).map((path) => path.replace(/@\d+/g, ''));
  return [...new Set(paths.filter(Boolean))];
}

/** The name that carries the scopes: the node's own, or its first output's where an optimiser renamed the node. */
function scopedName(node: Node): string | undefined {
  return [node.proto.name, node.outputs[0] ?? ''].find((name) => name.includes('/'));
}

function slashPaths(name: string): readonly string[] {
  const parts = name.replace(/:\d+$/, '').split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** One call of a module as TorchScript names it: the first is `/relu`, later ones `/relu_1`, `/relu_2`. */
interface Call {
  readonly operators: string[];
  readonly weights: Set<string>;
}

function torchScriptScopes(name: string): readonly string[] {
  const parts = name.split('/').slice(1, -1);
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`);
}

function callsOf(graph: Graph): ReadonlyMap<string, Call> {
  // Equal weights are written once and named again by Identity nodes.
  const alias = new Map<string, string>();
  const calls = new Map<string, Call>();
  const isWeight = (name: string) => {
    const weight = graph.initializers.get(name);
    return weight && isFloat(elementTypeOf(weight.proto.dataType));
  };
  for (const node of graph.nodes) {
    const [input] = node.inputs;
    const resolved = alias.get(input ?? '') ?? input;
    if (node.operator === 'Identity' && resolved && isWeight(resolved)) alias.set(node.outputs[0]!, resolved);
    const name = scopedName(node);
    if (!name?.startsWith('/')) continue;
    for (const scope of torchScriptScopes(name)) {
      let call = calls.get(scope);
      if (!call) calls.set(scope, (call = { operators: [], weights: new Set() }));
      call.operators.push(node.operator);
      for (const each of node.inputs) {
        const weight = alias.get(each) ?? each;
        if (isWeight(weight)) call.weights.add(weight);
      }
    }
  }
  return calls;
}

function torchScriptPaths(name: string, calls: ReadonlyMap<string, Call>): readonly string[] {
  const paths: string[] = [];
  // The path of the module, and the path of this one of its calls; they differ where a module is called several times.
  let module = '';
  let call = '';
  let before = '';
  for (const scope of torchScriptScopes(name)) {
    const part = scope.slice(scope.lastIndexOf('/') + 1);
    const called = calledModule(scope, part, calls);
    module = nested(module, before, called);
    call = nested(call, before, part);
    for (const path of [module, call]) if (!paths.includes(path)) paths.push(path);
    before = called;
  }
  return paths;
}

/** A part repeats the last name of its parent before a number: `features`, then `features.0`, then `features.0.1`. */
function nested(path: string, before: string, part: string): string {
  if (path === '') return part;
  return before && part.startsWith(`${before}.`) ? path + part.slice(before.length) : `${path}.${part}`;
}

/**
 * The module's name behind that of a later call, `relu` for `relu_1`. A module may also be named `conv_1` by itself, so the
 * earlier calls must be there, and do the same with the same weights.
 */
function calledModule(scope: string, part: string, calls: ReadonlyMap<string, Call>): string {
  const match = /^(.+)_([1-9]\d*)$/.exec(part);
  if (!match) return part;
  const [, base, count] = match;
  const first = scope.slice(0, scope.length - part.length) + base!;
  const own = calls.get(scope)!;
  for (let at = 0; at < Number(count); at += 1) {
    const earlier = calls.get(at === 0 ? first : `${first}_${at}`);
    if (!earlier || !sameWork(earlier, own)) return part;
  }
  return base!;
}

function sameWork(a: Call, b: Call): boolean {
  return (
    a.operators.join() === b.operators.join() &&
    a.weights.size === b.weights.size &&
    [...a.weights].every((weight) => b.weights.has(weight))
  );
}
