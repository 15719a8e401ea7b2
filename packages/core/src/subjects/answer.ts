import type { Feeds } from '../contracts/model.ts';
import type { Answer, Subject } from '../contracts/subject.ts';

/** What a model says of each sample, in the order of the batch. */
export async function answer<Said extends Answer>(subject: Subject<Said>, feeds: Feeds): Promise<readonly Said[]> {
  return subject.answersOf(await subject.model.run(feeds, subject.reads));
}
