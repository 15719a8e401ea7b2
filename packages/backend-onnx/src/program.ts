import { checkFeeds, type CompiledProgram, type Program, type Tensors, type TensorSpec } from '@understory/core';
import { FedSizes, Inference, type Graph, type Sizes } from '@understory/onnx-autodiff';
import { BatchSizes } from './batch-sizes.ts';
import { programGraph, type ProgramGraph } from './program-graph.ts';
import { runInParts } from './run-session.ts';
import type { Session } from './runtime.ts';
import { SessionCache } from './session-cache.ts';

/** Sessions of one program that are kept open: each holds a copy of the model's weights. */
const openSessions = 4;

/** What a program needs of the model that it is for. */
export interface ProgramTarget {
  readonly inputs: readonly TensorSpec[];
  /** The number of samples that the model accepts at a time; undefined for any number. */
  readonly fixedBatch: number | undefined;
  readonly blockedLayout: boolean;
  readonly computed: (name: string) => string;
  /** The model for one batch size, in opset 18 or later. */
  readonly graphOf: (batch: number) => Graph;
  readonly open: (graph: Graph, sizes: Sizes) => Promise<Session>;
}

interface MadeGraph extends ProgramGraph {
  readonly sizes: Inference;
  readonly fedSizes: FedSizes;
}

/** A program around an ONNX model: one graph and one session a batch size, made when first asked for. */
export class OnnxProgram implements CompiledProgram {
  private readonly program: Program;
  private readonly target: ProgramTarget;
  private readonly graphs = new Map<number, MadeGraph>();
  private readonly sizes = new BatchSizes();
  private readonly sessions = new SessionCache<Session>(openSessions);

  /** Throws PROGRAM_INVALID, UNKNOWN_LAYER and GRADIENT_*. */
  constructor(program: Program, target: ProgramTarget) {
    this.program = program;
    this.target = target;
    // Report what is wrong now and not on the first run.
    this.graphOf(target.fixedBatch ?? 1);
  }

  async run(inputs: Tensors): Promise<Tensors> {
    const batch = checkFeeds(this.program.inputs, inputs);
    const compiled = [...this.graphs.keys()].filter((each) => this.sessions.has(`${each}`));
    const size = this.target.fixedBatch ?? this.sizes.choose(batch, compiled);
    const made = this.graphOf(size);
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [made.inputs[name]!, tensor]));
    const results = await this.sessions.use(
      `${size}`,
      () => this.target.open(made.graph, made.sizes),
      (session) => runInParts(session, feeds, Object.values(made.outputs), { batch, size, fedSizes: made.fedSizes }),
    );
    return Object.fromEntries(Object.entries(made.outputs).map(([name, output]) => [name, results[output]!]));
  }

  async close(): Promise<void> {
    await this.sessions.clear();
  }

  private graphOf(batch: number): MadeGraph {
    let made = this.graphs.get(batch);
    if (!made) {
      const { inputs: modelInputs, computed, blockedLayout, graphOf } = this.target;
      const parts = programGraph(this.program, { graph: graphOf(batch), batch, modelInputs, computed, blockedLayout });
      const sizes = new Inference(parts.graph);
      made = { ...parts, sizes, fedSizes: new FedSizes(parts.graph, sizes) };
      this.graphs.set(batch, made);
      for (const old of this.graphs.keys()) {
        if (this.graphs.size > openSessions && old !== batch && !this.sessions.has(`${old}`)) this.graphs.delete(old);
      }
    }
    return made;
  }
}
