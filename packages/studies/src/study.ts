import type { Experiment, SeededRandom, UnderstoryError } from '@understory/core';
import type { Executor, Table } from '@understory/experiments';
import type { ArtifactStore } from './artifact-store.ts';
import type { ExperimentRecord } from './common/experiment-record.ts';
import type { Step } from './common/steps.ts';
import type { ModelRecord } from './common/record.ts';
import type { ChosenImage, NamedImage } from './environment.ts';
import type { ShownImage } from './explanation/shown-image.ts';
import type { StudySpec } from './spec/study-spec.ts';

/** A study that is ready to be worked through: plugins are loaded, the model is open, what can be wrong with the spec is said. */
export interface Study<Spec extends StudySpec = StudySpec, Row = unknown, Summary = unknown, Parameters = object> {
  readonly spec: Spec;
  /** Everything that decides the rows. */
  readonly record: ExperimentRecord<Parameters>;
  readonly model: ModelRecord;
  /** What names the configuration that plugins were loaded by; null without one. */
  readonly configuration: string | null;
  /** What a user should know of it beforehand. */
  readonly notes: readonly string[];
  /** How many images there are. */
  readonly size: number;
  /** Images that were named one by one; absent for a data set. */
  readonly files?: readonly NamedImage[];
  /** In a fixed order, each decoded when its rows are asked for. */
  items(): AsyncIterable<ChosenImage>;
  /** The rows of one image: the image and the seed decide them, not order, batch, shard or machine. */
  rows(item: ChosenImage): Promise<readonly Row[]>;
  /** Means with intervals, paired comparisons, verdicts. */
  summarise(rows: AsyncIterable<Row> | Iterable<Row>): Promise<Summary>;
  /** The same for a runner, which makes the random numbers of each item itself. */
  readonly experiment: Experiment<ChosenImage, Row, Summary>;
  /** How items are best worked on in this process; one at a time without it. */
  readonly executor?: Executor<ChosenImage, Row>;
  /** How many items share batches of the network; each is worked on by itself without it. */
  readonly together?: number;
  /** The finished tables; one of the rows as they are without it. */
  readonly tables?: readonly Table<Row>[];
  /** How many images have results. */
  imagesOf(summary: Summary): number;
  /** Which numbers are missing, or wrong, although no image failed and some have results. */
  faults(summary: Summary): readonly UnderstoryError[];
  /** Which declared limits the summary exceeds; the run itself is whole. */
  denials?(summary: Summary): readonly UnderstoryError[];
  /** Done when all images are through, by whomever: of the examples that several workers kept, the best stay. */
  settle?(): Promise<void>;
  /** Done with the summary once it is there. */
  finish?(summary: Summary): Promise<void>;
  /** Closes the model and disposes of the plugins. */
  close(): Promise<void>;
}

/** What is said about opening a study besides its spec. */
export interface StudyOptions {
  /** Where pictures and maps are kept; nothing is kept without it. */
  readonly store?: ArtifactStore;
  readonly signal?: AbortSignal;
  /** Told of each explained image with its pictures, in studies that explain. */
  readonly onShown?: ((shown: ShownImage) => Promise<void>) | undefined;
  /** Told how far explainers and attacks are within an image. */
  readonly onStep?: ((step: Step) => void) | undefined;
}

/** The parts of a study that follow from its experiment. */
export function studyOf<Row, Summary>(
  experiment: Experiment<ChosenImage, Row, Summary>,
  random: (item: string) => SeededRandom,
): Pick<Study<StudySpec, Row, Summary>, 'experiment' | 'rows' | 'summarise'> {
  return {
    experiment,
    rows: (item) => experiment.rows(item, random(item.id)),
    summarise: (rows) => experiment.summarise(each(rows)),
  };
}

async function* each<Row>(rows: AsyncIterable<Row> | Iterable<Row>): AsyncGenerator<Row> {
  yield* rows;
}
