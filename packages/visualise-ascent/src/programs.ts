import { errors, float32, isDifferentiable } from '@understory/core';
import type { CompiledProgram, DifferentiableModel, Feeds, Model, VisualisationRequest } from '@understory/core';
import { bases } from './basis.ts';
import type { AscentValues } from './options.ts';
import { stepProgram } from './step-program.ts';

export interface Prepared {
  readonly program: CompiledProgram;
  /** What the model is fed beside the picture, for one sample. */
  readonly sides: Feeds;
}

/** Compiles the step of an ascent once for each model and form of goal, so that all channels of a layer share it, until it is closed. */
export class Programs {
  readonly #options: AscentValues;
  readonly #prepared = new Map<Model, Map<string, Promise<Prepared>>>();

  constructor(options: AscentValues) {
    this.#options = options;
  }

  /** Throws CAPABILITY_MISSING, and what compiling throws. */
  async for(request: Pick<VisualisationRequest, 'subject' | 'goal'>): Promise<Prepared> {
    const { subject, goal } = request;
    const { model } = subject.subject;
    const ofModel = this.#prepared.get(model) ?? new Map<string, Promise<Prepared>>();
    this.#prepared.set(model, ofModel);
    const { normalisation, channels, height, width } = subject;
    const form = Object.entries(goal).map(([name, { dims }]) => [name, dims]);
    const key = JSON.stringify([form, normalisation, channels, height, width]);
    const prepared = ofModel.get(key) ?? this.#prepare(request, compilable(model));
    ofModel.set(key, prepared);
    try {
      return await prepared;
    } catch (error) {
      ofModel.delete(key);
      throw error;
    }
  }

  async #prepare(
    { subject, goal }: Pick<VisualisationRequest, 'subject' | 'goal'>,
    model: CompilableModel,
  ): Promise<Prepared> {
    const { channels, height, width, subject: asked } = subject;
    const grey = float32(new Float32Array(channels * height * width).fill(0.5), [1, channels, height, width]);
    const sides = Object.fromEntries(
      Object.entries(subject.feeds(grey)).filter(([name]) => name !== asked.picture.name),
    );
    const { terms } = bases[this.#options.parametrisation](height);
    const program = await model.compile(stepProgram({ options: this.#options, subject, goal, sides, terms }));
    return { program, sides };
  }

  async close(): Promise<void> {
    const all = [...this.#prepared.values()].flatMap((ofModel) => [...ofModel.values()]);
    this.#prepared.clear();
    await Promise.all(all.map(async (prepared) => (await prepared).program.close()));
  }
}

type CompilableModel = DifferentiableModel & Required<Pick<DifferentiableModel, 'compile'>>;

/** Throws CAPABILITY_MISSING. */
function compilable(model: Model): CompilableModel {
  const what = 'The visualiser "ascent"';
  const { backend } = model.origin;
  if (!isDifferentiable(model)) throw errors.capabilityMissing({ what, capability: 'gradients', backend });
  if (!canCompile(model)) throw errors.capabilityMissing({ what, capability: 'compiled programs', backend });
  return model;
}

function canCompile(model: DifferentiableModel): model is CompilableModel {
  return model.compile !== undefined;
}
