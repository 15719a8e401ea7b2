import type { Store } from '@understory/core';
import { readRun } from '@understory/experiments';
import type {
  AnyStudy,
  ArtifactStore,
  Environment,
  ExplanationStudy,
  FailedItem,
  ImageRecord,
  StudyOptions,
  StudySpec,
} from '@understory/studies';
import { skippedNote } from '@understory/studies/setup';
import { colourMapNames } from '@understory/imaging';
import { ExplanationPictures } from './explanation-pictures.ts';
import { renderExplanationPage } from './render-explanation-page.ts';

const pageName = 'explanation.html';

export interface PageContent {
  readonly records: readonly ImageRecord[];
  readonly failed: readonly FailedItem[];
  readonly notes: readonly string[];
}

/** The page of a study that explains and asks for one: takes the pictures while it runs, and is written when it is done. */
export function explanationPage(
  spec: StudySpec,
  { codec, annotate }: Pick<Environment, 'codec' | 'annotate'>,
  store: Pick<ArtifactStore, 'write'>,
): {
  readonly options: Pick<StudyOptions, 'onShown'>;
  /** Writes the page, and tells the names of the files beside the maps: sheets, and the page where it was asked for. */
  finish(study: AnyStudy, content: PageContent): Promise<readonly string[]>;
  /** The same for a run folder, as far as its rows are there. */
  finishRun(study: AnyStudy, run: Store): Promise<readonly string[]>;
} {
  const colourMap = spec.study === 'explain' ? colourMapNames.find((name) => name === spec.colourMap) : undefined;
  const pictures =
    spec.study === 'explain' && spec.html
      ? new ExplanationPictures({ codec, annotate, opacity: spec.opacity, ...(colourMap && { colourMap }) })
      : undefined;
  const finish = async (
    study: AnyStudy,
    { records, failed, notes }: PageContent,
    reader: Pictures | undefined = pictures,
  ) => {
    if (!isExplanation(study)) return [];
    if (reader === undefined || records.length === 0) return study.sheets;
    const told = new Set([...notes, ...study.skipped.map(skippedNote)]);
    const run = { ...study, records, failed, notes: [...told], spec: study.spec };
    await store.write(pageName, new TextEncoder().encode(await renderExplanationPage(run, reader)));
    return [...study.sheets, pageName];
  };
  return {
    options: pictures === undefined ? {} : { onShown: (shown) => pictures.add(shown) },
    finish,
    async finishRun(study, stored) {
      if (pictures === undefined || pictures.isEmpty) return isExplanation(study) ? study.sheets : [];
      const run = await readRun<ImageRecord>(stored);
      const [records, failed]: [ImageRecord[], FailedItem[]] = [[], []];
      for await (const record of run.rows()) records.push(record);
      for await (const failure of run.failures()) failed.push(failure);
      return finish(study, { records, failed, notes: study.notes }, orStored(pictures, stored));
    },
  };
}

type Pictures = Pick<ExplanationPictures, 'picture' | 'map' | 'notes'>;

/** Where an earlier process made a map, the picture that it wrote. */
function orStored(pictures: Pictures, stored: Store): Pictures {
  return {
    notes: pictures.notes,
    picture: (image) => pictures.picture(image),
    async map(image, map) {
      const { overlay } = map.files;
      return (await pictures.map(image, map)) ?? (overlay === undefined ? undefined : stored.read(overlay));
    },
  };
}

function isExplanation(study: AnyStudy): study is AnyStudy & ExplanationStudy {
  return study.spec.study === 'explain';
}
