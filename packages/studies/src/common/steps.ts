import type { Attack, Explainer, WorkStep } from '@understory/core';
import { duration } from './duration.ts';

/** How far something is that takes many runs of the model. */
export type Step = WorkStep;

/** Passes on how far explainers and attacks are; `now` is in milliseconds. */
export class Steps {
  /** Told of every step; set by who shows them. */
  listener: ((step: Step) => void) | undefined;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The same explainer, watched. */
  explainer(label: string, explainer: Explainer): Explainer {
    return {
      explain: (request) => explainer.explain({ ...request, progress: this.#follow(label, request.progress) }),
    };
  }

  /** What an attack tells of its samples. */
  attack(label: string): NonNullable<Parameters<Attack['perturb']>[0]['progress']> {
    return this.#follow(label);
  }

  #follow(label: string, other?: (done: number, total: number) => void) {
    const began = this.#now();
    return (done: number, total: number) => {
      this.listener?.({ label, done, total, seconds: (this.#now() - began) / 1000 });
      other?.(done, total);
    };
  }
}

/** `rise 1200/6000, 19 s left`. */
export function stepText({ label, done, total, seconds }: Step): string {
  const left = done > 0 ? (seconds * (total - done)) / done : 0;
  return `${label} ${done}/${total}${left > 0 ? `, ${duration(left)} left` : ''}`;
}
