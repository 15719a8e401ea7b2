import type { UnderstoryError } from '@understory/core';
import type { ColourMapName, ImageCodec } from '@understory/imaging';
import type { EvaluationRecord, FailedItem } from '@understory/studies';
import type { ReadableStore } from '@understory/studies/results';
import type { Figure } from './figures/figure.ts';
import type { PictureRow } from './figures/picture-grid.ts';
import type { Html } from './html.ts';

/** What the record of every run says, whatever its kind. */
export interface RecordOfRun extends Omit<EvaluationRecord, 'parameters'> {
  readonly parameters: {
    readonly dataset: { readonly name: string } & Readonly<Record<string, unknown>>;
    readonly [other: string]: unknown;
  };
}

/** A run as it lies in its folder. */
export interface ReportedRun<Recorded = RecordOfRun, Row = unknown> {
  /** Where pictures and what was kept are looked for. */
  readonly store: ReadableStore;
  /** What the run is called in errors. */
  readonly name: string;
  readonly record: Recorded;
  readonly rows: AsyncIterable<Row> | Iterable<Row>;
  /** How many images have rows. */
  readonly done?: number;
  readonly failed: readonly FailedItem[];
  /** Whether the run has done all that it set out to do; undefined where that cannot be told. */
  readonly isComplete: boolean | undefined;
  /** Which images have no result yet, in words. */
  readonly missing?: string | undefined;
  /** What of the folder is damaged, and left out of the rows. */
  readonly damage?: readonly UnderstoryError[];
}

export interface ReportOptions {
  /** How pictures are read and written. */
  readonly codec: ImageCodec;
  /** Colours of the heat maps that are drawn here. */
  readonly colourMap?: ColourMapName;
}

/** The main results of a run, for a page that has several. */
export interface Headline {
  /** What was to be done to an image. */
  readonly done: string;
  /** What came out, in sentences. */
  readonly lead: Html;
  readonly tables: readonly Html[];
  readonly figure?: Figure | undefined;
  /** A few of the pictures, where they are the result. */
  readonly pictures?: readonly PictureRow[];
}

export interface RenderedReport<Summary = unknown> {
  /** A document that needs nothing beside itself. */
  readonly html: string;
  /** Every figure on it, for files of their own. */
  readonly figures: readonly Figure[];
  readonly headline: Headline;
  /** That the numbers are of. */
  readonly images: number;
  readonly summary: Summary;
  /** What of the folder could not be read, the damage that was known before included; the page lists it. */
  readonly problems: readonly UnderstoryError[];
}
