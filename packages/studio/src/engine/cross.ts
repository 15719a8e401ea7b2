import { isImageTextMatcher, isQuestionAnswerer, toFloat32 } from '@understory/core';
import { framedPixels, pixelSubjectOf, unitPixelsFor } from '@understory/studies/setup';
import { changedPicture } from './changed-picture.ts';
import type { Crossed, CrossRequest } from './engine.ts';
import { studioErrors } from '../errors.ts';
import { plain } from './said.ts';
import { pictureSpec, type Sessions } from './sessions.ts';

/** Two texts on a picture and its mirror image. */
export async function cross(sessions: Sessions, { texts, ...request }: CrossRequest): Promise<Crossed> {
  const spec = pictureSpec(request);
  const { setup } = await sessions.open(
    { ...spec, ...(spec.question === undefined ? { captions: texts } : { question: texts[0] }) },
    [],
  );
  const { subject } = setup;
  const { preprocessing } = setup.preprocessing;
  const framed = framedPixels(
    pixelSubjectOf(subject, preprocessing),
    await sessions.picture(request.picture),
    preprocessing,
  );
  const mirrored = changedPicture(framed.picture, { kind: 'mirrored' });
  const pictures = [framed.picture, mirrored] as const;
  const shown = [plain(framed.picture), plain(mirrored)] as const;
  if (isImageTextMatcher(subject)) {
    const columns: Float32Array[] = [];
    for (const picture of pictures) {
      const feeds = framed.subject.feeds(unitPixelsFor(framed.subject, picture));
      columns.push(toFloat32(await subject.scores(feeds, texts)));
    }
    const cells = texts.map((_, text) =>
      columns.map((scores) => ({ score: scores[text]!, probability: null, decision: null })),
    );
    return { of: 'score', cells, pictures: shown };
  }
  if (isQuestionAnswerer(subject)) {
    const cells = [];
    for (const text of texts) {
      const asked = framed.subject.shownTo(subject.asking(text));
      const row = [];
      for (const picture of pictures) {
        const [said] = await asked.answer(unitPixelsFor(asked, picture));
        const [best] = said!.options;
        row.push({ score: best?.score ?? 0, probability: said!.probability ?? null, decision: said!.decision });
      }
      cells.push(row);
    }
    return { of: 'answer', cells, pictures: shown };
  }
  throw studioErrors.textNotRead({ task: subject.task });
}
