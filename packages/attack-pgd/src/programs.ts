import { errors, isDifferentiable } from '@understory/core';
import type { AttackGoal, CompiledProgram, DifferentiableModel, Model, PixelClassifier } from '@understory/core';
import { inspectClassifier, type Inspection } from './inspect-classifier.ts';
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

/** Compiles the step of an attack once for each model, normalisation and kind of goal, until it is closed. */
export class Programs {
  readonly #settings: Settings;
  readonly #prepared = new Map<Model, Map<string, Promise<Prepared>>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Throws CAPABILITY_MISSING, and what compiling throws. */
  async for(classifier: PixelClassifier, kind: AttackGoal['kind']): Promise<Prepared> {
    const { model, input, logits } = classifier.classifier;
    const compiler = compilable(model, this.#settings.name);
    const ofModel = this.#prepared.get(model) ?? new Map<string, Promise<Prepared>>();
    this.#prepared.set(model, ofModel);
    const key = JSON.stringify([kind, input, logits, classifier.normalisation, classifier.height, classifier.width]);
    const prepared = ofModel.get(key) ?? this.#prepare(classifier, kind, compiler);
    ofModel.set(key, prepared);
    try {
      return await prepared;
    } catch (error) {
      ofModel.delete(key);
      throw error;
    }
  }

  async #prepare(classifier: PixelClassifier, kind: AttackGoal['kind'], model: CompilableModel): Promise<Prepared> {
    const inspection = await inspectClassifier(classifier);
    const areProbabilities = model.graph === undefined && inspection.looksLikeProbabilities;
    const program = await model.compile(stepProgram({ settings: this.#settings, classifier, kind, areProbabilities }));
    return { program, inspection };
  }

  async close(): Promise<void> {
    const all = [...this.#prepared.values()].flatMap((ofModel) => [...ofModel.values()]);
    this.#prepared.clear();
    await Promise.all(all.map(async (prepared) => (await prepared).program.close()));
  }
}
