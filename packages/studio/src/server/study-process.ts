import { carriedError, type CarriedError } from '@understory/core';
import type { StudySpec } from '@understory/studies';
import type { EngineProgress, RunEntry } from '../engine/engine.ts';
import { startChild, type Child, type ChildOptions } from './child.ts';
import { serverErrors } from './errors.ts';
import type { ChildSetup, FromStudy, ToStudy } from './messages.ts';

/** How long a study may take to stop before its process is ended: an image of a slow explainer. */
const patience = 20_000;

/** A study that runs in a process of its own. */
export class StudyProcess {
  readonly #child: Child<ToStudy, FromStudy>;
  readonly #listeners = new Set<(progress: EngineProgress) => void>();
  readonly #spec: StudySpec;
  #reached: { readonly done: number; readonly total: number | null } = { done: 0, total: null };
  #state: RunEntry['state'] = 'running';
  #error: CarriedError | null = null;
  /** Done when it has come to its end, whatever that is. */
  readonly ended: Promise<void>;

  constructor(
    { spec, folder, name }: { readonly spec: StudySpec; readonly folder: string; readonly name: string },
    setup: ChildSetup,
    options: ChildOptions,
  ) {
    this.#spec = spec;
    const child = startChild<ToStudy, FromStudy>('study-child', options);
    this.#child = child;
    child.onMessage((message) => {
      if (message.kind === 'progress') this.#reach(message);
      else {
        this.#state = message.kind === 'failed' ? 'failed' : message.state;
        if (message.kind === 'failed') this.#error = message.error;
        child.kill();
      }
    });
    this.ended = new Promise((resolve) =>
      child.onEnd((reason) => {
        if (this.#state === 'running') {
          this.#state = 'interrupted';
          this.#error = carriedError(serverErrors.studyEnded({ reason }));
        }
        resolve();
      }),
    );
    child.send({ kind: 'start', setup, spec, folder, name });
  }

  /** What is known of it besides its name. */
  get facts(): Pick<RunEntry, 'study' | 'model' | 'done' | 'total' | 'state' | 'error'> {
    const { study, model } = this.#spec;
    return { study, model, ...this.#reached, state: this.#state, error: this.#error };
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Tells how far it is from now on; gives back what stops that. */
  listen(listener: (progress: EngineProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Stops it after what it is at; what is done is kept. */
  async cancel(): Promise<void> {
    this.#child.send({ kind: 'abort' });
    const timer = setTimeout(() => this.#child.kill(), patience);
    await this.ended;
    clearTimeout(timer);
  }

  #reach({ done, total }: { readonly done: number; readonly total: number }): void {
    this.#reached = { done, total };
    for (const listener of this.#listeners) listener({ what: this.#spec.study, done, total });
  }
}
