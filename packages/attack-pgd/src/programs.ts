import { errors, isDifferentiable } from '@understory/core';
import type { CompiledProgram, DifferentiableModel, Model, PixelSubject } from '@understory/core';
import type { Aim } from './aims/aim.ts';
import { inspectSubject, sidesOf, type Inspection } from './inspect-subject.ts';
import type { Settings } from './settings.ts';
import { stepProgram } from './step-program.ts';

/** A model that attacks can be compiled for. */
export type CompilableModel = DifferentiableModel & Required<Pick<DifferentiableModel, 'compile'>>;

/** Throws CAPABILITY_MISSING. */
function compilable(model: Model, what: string): CompilableModel {
  const { backend } = model.origin;
  if (!isDifferentiable(model)) throw errors.capabilityMissing({ what, capability: 'gradients', backend });
  if (!canCompile(model)) throw errors.capabilityMissing({ what, capability: 'compiled programs', backend });
  return model;
}

function canCompile(model: DifferentiableModel): model is CompilableModel {
  return model.compile !== undefined;
}

export interface Prepared {
  readonly program: CompiledProgram;
  readonly inspection: Inspection;
}

/** Compiles the step of an attack once for each model, normalisation, form of goal and sizes of what it is fed, until it is closed. */
export class Programs {
  readonly #settings: Settings;
  readonly #prepared = new Map<Model, Map<string, Promise<Prepared>>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Throws CAPABILITY_MISSING, and what compiling throws. */
  async for(subject: PixelSubject, aim: Aim): Promise<Prepared> {
    const { model, picture } = subject.subject;
    const compiler = compilable(model, this.#settings.name);
    const ofModel = this.#prepared.get(model) ?? new Map<string, Promise<Prepared>>();
    this.#prepared.set(model, ofModel);
    const { normalisation, channels, height, width } = subject;
    // Texts of another length are another program.
    const sides = Object.entries(sidesOf(subject)).map(([name, { dims }]) => [name, dims.slice(1)]);
    const key = JSON.stringify([aim.form, picture.name, normalisation, channels, height, width, sides]);
    const prepared = ofModel.get(key) ?? this.#prepare(subject, aim, compiler);
    ofModel.set(key, prepared);
    try {
      return await prepared;
    } catch (error) {
      ofModel.delete(key);
      throw error;
    }
  }

  async #prepare(subject: PixelSubject, aim: Aim, model: CompilableModel): Promise<Prepared> {
    const inspection = await inspectSubject(subject, aim.reads);
    const { sides } = inspection;
    const program = await model.compile(
      stepProgram({ settings: this.#settings, subject, sides, aim: aim.parts(inspection) }),
    );
    return { program, inspection };
  }

  async close(): Promise<void> {
    const all = [...this.#prepared.values()].flatMap((ofModel) => [...ofModel.values()]);
    this.#prepared.clear();
    await Promise.all(all.map(async (prepared) => (await prepared).program.close()));
  }
}
