import type { GraphProto, NodeProto } from 'onnx-buf';
import type { Graph } from '../graph.ts';
import { bodiesOf } from '../node.ts';

/** The tensor names of a model, those inside the bodies of control flow included, so that new ones collide with none. */
export class Names {
  private readonly definitions = new Map<string, number>();
  private readonly nodes: Set<string>;
  private readonly numbered = new Map<string, number>();

  constructor(graph: Graph) {
    this.nodes = new Set(graph.nodes.map((node) => node.proto.name));
    for (const { name } of graph.inputs) this.count(name);
    for (const name of graph.initializers.keys()) this.count(name);
    for (const node of graph.nodes) this.note(node.proto);
  }

  /** A name that nothing has yet. */
  fresh(wanted: string): string {
    const name = this.next(wanted, this.definitions);
    this.count(name);
    return name;
  }

  /** The name of a tensor that leaves its body: its own, where no other body has the same. */
  released(name: string): string {
    return this.definitions.get(name) === 1 ? name : this.fresh(name);
  }

  /** A name that no node at the top of the model has yet; the runtime takes each only once. */
  node(wanted: string): string {
    const name = this.next(wanted, this.nodes);
    this.nodes.add(name);
    return name;
  }

  /** Numbers go on where they stopped: a function that is called often would have them counted from one each time. */
  private next(wanted: string, taken: { has(name: string): boolean }): string {
    let name = wanted;
    let count = this.numbered.get(wanted) ?? 0;
    while (taken.has(name)) {
      count += 1;
      name = `${wanted}_${count}`;
    }
    if (count > 0) this.numbered.set(wanted, count);
    return name;
  }

  private note(node: NodeProto): void {
    for (const name of node.output) this.count(name);
    for (const body of bodiesOf(node)) {
      for (const name of definedIn(body)) this.count(name);
      for (const inner of body.node) this.note(inner);
    }
  }

  private count(name: string): void {
    this.definitions.set(name, (this.definitions.get(name) ?? 0) + 1);
  }
}

/** What a body names before its nodes do. */
export function definedIn(body: GraphProto): readonly string[] {
  return [...new Set([...body.input, ...body.initializer].map(({ name }) => name))];
}

/** New names of tensors; those of an inner body shadow those around it. */
export class Scope {
  private readonly own = new Map<string, string>();
  private readonly around: Scope | undefined;

  constructor(around?: Scope) {
    this.around = around;
  }

  set(name: string, renamed: string): void {
    this.own.set(name, renamed);
  }

  has(name: string): boolean {
    return this.own.has(name);
  }

  get(name: string): string {
    return this.own.get(name) ?? this.around?.get(name) ?? name;
  }
}
