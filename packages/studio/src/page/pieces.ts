import { computed, signal } from '@preact/signals';
import type { Said } from '../engine/engine.ts';
import { currentAnswerKey, engine, modelRequest, picture, tool } from './state.ts';
import { run } from './tasks.ts';

/** How many pieces a side. */
export const pieces = signal(4);
/** For each place the piece that lies there; empty as long as all are in their places. */
export const order = signal<readonly number[]>([]);
/** What was last said of pieces, and of which model and picture. */
const lastSaid = signal<{ readonly of: string; readonly said: Said } | null>(null);
/** What the model says of the pieces as they lie; null until it has said something of this picture. */
export const saidOfPieces = computed(() => (lastSaid.value?.of === currentAnswerKey() ? lastSaid.value.said : null));
/** The draw of the last shuffle, so that a shuffle can be named. */
const draws = signal(0);

/** The order, with every piece in its place where nothing was moved. */
export function currentOrder(): readonly number[] {
  const count = pieces.value ** 2;
  return order.value.length === count ? order.value : Array.from({ length: count }, (_, at) => at);
}

export async function arrange(next: readonly number[]): Promise<void> {
  order.value = next;
  const [rows, from, of] = [pieces.value, [...next], currentAnswerKey()];
  const request = {
    ...modelRequest.value,
    picture: picture.value,
    change: { kind: 'pieces' as const, rows, columns: rows, from },
  };
  const found = await run('pieces', 'Asking about the pieces', (call) => engine.value!.predict(request, call), {
    isQuiet: true,
  });
  if (found !== undefined) lastSaid.value = { of, said: found };
}

/** Two pieces change places. */
export function swap(one: number, other: number): Promise<void> {
  const next = [...currentOrder()];
  [next[one], next[other]] = [next[other]!, next[one]!];
  return arrange(next);
}

/** All pieces in an order that is drawn. */
export async function shuffle(): Promise<void> {
  if (tool.value !== 'patches') return;
  draws.value += 1;
  const next = Array.from({ length: pieces.value ** 2 }, (_, at) => at);
  for (let at = next.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [next[at], next[other]] = [next[other]!, next[at]!];
  }
  await arrange(next);
}

export async function back(): Promise<void> {
  if (tool.value === 'patches') await arrange(Array.from({ length: pieces.value ** 2 }, (_, at) => at));
}
