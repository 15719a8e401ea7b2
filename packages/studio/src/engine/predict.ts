import { answer, type Answer, type Subject, type Tensors } from '@understory/core';
import { prepare } from '@understory/imaging';
import { framedPixels, pixelSubjectOf, unitPixelsFor } from '@understory/studies/setup';
import { changedPicture } from './changed-picture.ts';
import type { PictureRequest, Said } from './engine.ts';
import { saidOf } from './said.ts';
import { pictureSpec, type Session, type Sessions } from './sessions.ts';

/** What a model says of a picture, as it is or changed. */
export async function predict(sessions: Sessions, { change, ...request }: PictureRequest): Promise<Said> {
  const { setup } = await sessions.open(pictureSpec(request), []);
  const image = await sessions.picture(request.picture);
  const { subject, preprocessing } = setup;
  if (change === undefined) {
    const { tensor, picture, pixelMask } = prepare(image, preprocessing.preprocessing);
    const [said] = await answer(subject, subject.feeds(tensor, [pixelMask]));
    return saidOf(subject, said!, picture);
  }
  const framed = framedPixels(pixelSubjectOf(subject, preprocessing.preprocessing), image, preprocessing.preprocessing);
  const picture = changedPicture(framed.picture, change);
  const [said] = await framed.subject.answer(unitPixelsFor(framed.subject, picture));
  return saidOf(subject, said!, picture);
}

/** What a subject says of a picture that was prepared, with the tensors that it read. */
export async function answered(
  { setup }: Session,
  prepared: ReturnType<typeof prepare>,
  more: readonly string[],
): Promise<{ readonly said: Answer; readonly outputs: Tensors; readonly feeds: ReturnType<Subject['feeds']> }> {
  const { subject } = setup;
  const feeds = subject.feeds(prepared.tensor, [prepared.pixelMask]);
  const outputs = await subject.model.run(feeds, [...new Set([...subject.reads, ...more])]);
  const [said] = subject.answersOf(outputs);
  return { said: said!, outputs, feeds };
}
