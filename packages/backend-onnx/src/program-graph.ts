import {
  checkProgram,
  closest,
  errors,
  gradientsOf,
  type Dimension,
  type Program,
  type TensorSpec,
} from '@understory/core';
import { DifferentiableGraph, GraphBuilder, Inference, Node, type Graph, type Value } from '@understory/onnx-autodiff';
import { ExpressionNodes, type Leaf } from './expression-nodes.ts';

export interface ProgramGraphOptions {
  /** The model for one batch size, in opset 18 or later. */
  readonly graph: Graph;
  readonly batch: number;
  readonly modelInputs: readonly TensorSpec[];
  /** The tensor that stands for a name of the model: another one where half precision is computed in float32. */
  readonly computed: (name: string) => string;
  readonly blockedLayout: boolean;
}

export interface ProgramGraph {
  readonly graph: Graph;
  /** The names that the graph has for the program's inputs and outputs, which may be names of the model too. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A program as one graph: feeds, the model, the objective, the way back where gradients are asked for, outputs. */
export function programGraph(program: Program, options: ProgramGraphOptions): ProgramGraph {
  const { graph: model, batch, modelInputs, computed, blockedLayout } = options;
  checkProgram(program, modelInputs);
  const nodes = new ExpressionNodes();
  const inputs: Record<string, string> = {};
  let gradients: Readonly<Record<string, string>> = {};
  let objective = '';
  const leaf = (one: Leaf): string => {
    switch (one.kind) {
      case 'input':
        return inputs[one.name]!;
      case 'tensor': {
        const name = computed(one.name);
        if (model.isDefined(name)) return name;
        const names = model.nodes.flatMap((node) => node.outputs.filter(Boolean));
        throw errors.unknownLayer({ layer: one.name, suggestions: closest(one.name, names) });
      }
      case 'objective':
        return objective;
      case 'gradient':
        return gradients[inputs[one.of]!]!;
    }
  };

  let graph = model;
  const extend = <T>(
    write: (builder: GraphBuilder) => T,
    builder = new GraphBuilder(graph, new Inference(graph)),
  ): T => {
    builder.within('program');
    const written = write(builder);
    graph = graph.with({
      nodes: [...graph.nodes, ...builder.nodes],
      initializers: new Map([...graph.initializers, ...builder.initializers]),
    });
    return written;
  };

  // Feeds are made of the program's inputs alone, so nothing has to be known of the model yet.
  const feeding = new GraphBuilder(model, new Inference(model.with({ nodes: [], outputs: [] })));
  feeding.within('program');
  const fed = program.inputs.map(({ name, type, dims }) => {
    const value = feeding.input(`program.${name}`, type, dims && [batch, ...dims.slice(1)]);
    inputs[name] = value.name;
    return value;
  });
  const feeds = modelInputs.map((input): Node => {
    const value = nodes.write(program.feeds[input.name]!, feeding, leaf);
    checkFeed(input, value);
    // What is computed in float32 instead of half precision is also fed so.
    const type = computed(input.name) === input.name ? input.type : 'float32';
    return Node.of('Identity', [feeding.cast(value, type).name], [input.name], {}, `program/feed/${input.name}`);
  });
  graph = model.with({
    inputs: fed,
    nodes: [...feeding.nodes, ...feeds, ...model.nodes],
    initializers: new Map([...model.initializers, ...feeding.initializers]),
  });

  if (program.objective) {
    objective = extend((builder) => {
      const value = nodes.write(program.objective!, builder, leaf);
      checkObjective(value, batch);
      return builder.reshape(value, [batch]).name;
    });
  }
  const withRespectTo = gradientsOf(program).map((name) => inputs[name]!);
  if (withRespectTo.length > 0) {
    const derived = new DifferentiableGraph(graph, { blockedLayout }).differentiate({
      objective: { kind: 'total', output: objective },
      withRespectTo,
    });
    graph = derived.graph;
    gradients = derived.gradients;
  }
  const outputs = extend((builder) =>
    Object.entries(program.outputs).map(
      ([name, one]) => [name, builder.named(nodes.write(one, builder, leaf), `program.${name}`)] as const,
    ),
  );
  return {
    graph: graph.with({ outputs: outputs.map(([, value]) => value) }),
    inputs,
    outputs: Object.fromEntries(outputs.map(([name, value]) => [name, value.name])),
  };
}

function checkFeed({ name, type, dims }: TensorSpec, value: Value): void {
  const { shape } = value;
  const isFloat = (of: string | undefined) => of !== undefined && /float/.test(of);
  const fits = (dim: Dimension, axis: number) =>
    typeof dim === 'string' || typeof shape![axis] === 'string' || axis === 0 || dim === shape![axis];
  const isRight =
    (value.type === type || (isFloat(type) && isFloat(value.type))) &&
    (!dims || !shape || (dims.length === shape.length && dims.every(fits)));
  if (isRight) return;
  throw errors.programInvalid({
    found: `${value.type} [${shape?.join(', ') ?? '...'}] for "${name}"`,
    expected: `${type} [${['N', ...(dims?.slice(1) ?? ['...'])].join(', ')}]`,
  });
}

function checkObjective({ shape }: Value, batch: number): void {
  const [first, ...rest] = shape ?? [];
  if (first === batch && (rest.length === 0 || (rest.length === 1 && rest[0] === 1))) return;
  // Sizes that are not known ahead are told by the runtime.
  if (!shape || (rest.length < 2 && shape.some((dim) => typeof dim === 'string'))) return;
  throw errors.programInvalid({ found: `an objective [${shape.join(', ')}]`, expected: `[${batch}] or [${batch}, 1]` });
}
