import type { CarriedError } from '@understory/core';
import type { StudySpec } from '@understory/studies';
import type { ServedPlaces } from './places.ts';

/** What a process that runs models is started with. */
export interface ChildSetup {
  readonly places: ServedPlaces;
  /** The paths that the server was started with, as the user wrote them. */
  readonly paths: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

/** What is said to the engine's process. */
export type ToEngine =
  | { readonly kind: 'open'; readonly setup: ChildSetup }
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly body: Uint8Array }
  | { readonly kind: 'abort'; readonly id: number };

/** What the engine's process says: parts of answers as they go to the page. */
export type FromEngine =
  | { readonly kind: 'part'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number };

/** What is said to the process of a study. */
export type ToStudy =
  | {
      readonly kind: 'start';
      readonly setup: ChildSetup;
      readonly spec: StudySpec;
      readonly folder: string;
      /** What the run is called in errors. */
      readonly name: string;
    }
  | { readonly kind: 'abort' };

/** What the process of a study says. */
export type FromStudy =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'ended'; readonly state: 'finished' | 'interrupted' }
  | { readonly kind: 'failed'; readonly error: CarriedError };
