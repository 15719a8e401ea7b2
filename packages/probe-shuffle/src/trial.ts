import type { SeededRandom } from '@understory/core';
import type { Rearrangement, Size } from './rearrangement.ts';

/** One disturbed form of a picture. */
export interface Trial {
  /** `shuffle`, or the id of a control. */
  readonly control: string;
  /** Pieces a side; null for what does not cut. */
  readonly grid: number | null;
  readonly repeat: number;
  readonly rearrangement: Rearrangement;
  /** How wide the cuts are drawn, in pixels; 0 where they are not. */
  readonly lines: number;
  /** What was drawn: for each place the piece that came there, or by how many quarter turns it was turned. */
  readonly drawn: readonly number[];
}

interface TrialRequest {
  readonly grid: number;
  /** Of one picture. */
  readonly size: Size;
  readonly repeats: number;
  readonly derangement: boolean;
  readonly random: (repeat: number) => SeededRandom;
}

/** A way to disturb pictures. */
export interface Control {
  readonly id: string;
  /** Whether the grid makes a difference. */
  readonly cuts: boolean;
  trials(request: TrialRequest): readonly Pick<Trial, 'rearrangement' | 'drawn'>[];
  /** Whether the cuts are drawn. */
  readonly drawsLines?: boolean;
}

/** The pieces where they are. */
export function inPlace(rows: number, columns: number): Rearrangement {
  return { rows, columns, pieces: Array.from({ length: rows * columns }, (_, from) => ({ from })) };
}
