import { carriedError, type CarriedError } from '@understory/core';
import { signal } from '@preact/signals';
import { without } from './without.ts';
import type { Call, EngineProgress } from '../engine/engine.ts';

/** A place for work of one kind: something new takes the place of what runs there. */
export type Slot =
  | 'start'
  | 'model'
  | 'files'
  | 'kept'
  | 'predict'
  | 'explain'
  | 'sweep'
  | 'compare'
  | 'deletion'
  | 'pieces'
  | 'attack'
  | 'visualise'
  | 'cross'
  | 'graph'
  | 'keep'
  | 'runs';

/** Something that takes long, as it is shown. */
export interface Task {
  readonly slot: Slot;
  readonly title: string;
  readonly progress: EngineProgress | null;
  readonly cancel: () => void;
  /** Work that nobody asked for by itself is not shown as long as it does not fail. */
  readonly isQuiet: boolean;
}

export const tasks = signal<readonly Task[]>([]);

/** What went wrong last in each slot. */
export const problems = signal<Readonly<Partial<Record<Slot, CarriedError>>>>({});

/** How many works have ended, whatever they came to. */
export const ended = signal(0);

/** The last thing that a screen reader is told. */
export const told = signal('');

export function tell(text: string): void {
  told.value = text;
}

/** Does work in a slot, in the place of what is there; undefined where it was cancelled or failed, which `problems` then tells. */
export async function run<Result>(
  slot: Slot,
  title: string,
  work: (call: Required<Call>) => Promise<Result>,
  { isQuiet = false }: { readonly isQuiet?: boolean } = {},
): Promise<Result | undefined> {
  cancel(slot);
  const controller = new AbortController();
  const { signal: aborted } = controller;
  const stop = () => {
    controller.abort();
    drop();
  };
  const task: Task = { slot, title, isQuiet, progress: null, cancel: stop };
  let current = task;
  const drop = () => {
    tasks.value = tasks.value.filter((each) => each !== current);
  };
  const onProgress = (progress: EngineProgress) => {
    if (aborted.aborted) return;
    const next = { ...task, progress };
    tasks.value = tasks.value.map((each) => (each === current ? next : each));
    current = next;
  };
  tasks.value = [...tasks.value, task];
  forgetProblem(slot);
  try {
    const result = await work({ signal: aborted, onProgress });
    return aborted.aborted ? undefined : result;
  } catch (error) {
    if (!aborted.aborted) {
      problems.value = { ...problems.value, [slot]: carriedError(error) };
      tell(`Failed: ${carriedError(error).message}`);
    }
    return undefined;
  } finally {
    drop();
    ended.value += 1;
  }
}

export function cancel(...slots: readonly Slot[]): void {
  for (const task of tasks.value) if (slots.includes(task.slot)) task.cancel();
}

/** Whether anything is done in one of the slots. */
export function isAtWork(...slots: readonly Slot[]): boolean {
  return tasks.value.some(({ slot }) => slots.includes(slot));
}

export function cancelAll(): void {
  for (const task of tasks.value) task.cancel();
}

export function forgetProblem(slot: Slot): void {
  if (problems.value[slot] === undefined) return;
  problems.value = without(problems.value, slot);
}
