import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { QuestionAnswer } from '@understory/core';
import { orchardScene, questions, render, type Fruit, type Scene } from '@understory/datasets/orchard';
import { preprocess } from '@understory/imaging';
import { resolveModel } from '@understory/zoo';
import { openAnswerer, type OpenedAnswerer } from './answerer.ts';

const scenes = Array.from({ length: 8 }, (_, index) => orchardScene('answers', index, { size: 64 }));
/** Pictures in which a colour says nothing without a place. */
const alike = Array.from({ length: 30 }, (_, index) => orchardScene('alike', index, { size: 64 })).filter(
  ({ axis, objects: [one, other] }) => axis === 'horizontal' && one!.kind === other!.kind,
);
const ofPlace = ['colour-at', 'relation', 'fruit-at'];

const { preprocessing } = await resolveModel('orchard-mdetr-sighted');
const opened = new Map<string, OpenedAnswerer>();
beforeAll(async () => {
  for (const variant of ['blind', 'sighted']) {
    opened.set(variant, await openAnswerer(`orchard-mdetr-${variant}`, { question: 'What is on the left?' }));
  }
});
afterAll(async () => {
  for (const each of opened.values()) await each.close();
});

async function ask(variant: string, scene: Scene, question: string): Promise<QuestionAnswer> {
  const [said] = await opened.get(variant)!.answerer.ask(preprocess(render(scene), preprocessing!), question);
  return said!;
}

/** The share of questions of some kinds that are answered right, in either phrasing. */
async function right(variant: string, isAsked: (kind: string) => boolean): Promise<number> {
  const answers: boolean[] = [];
  for (const scene of scenes) {
    for (const { kind, phrasings, answer } of questions(scene)) {
      if (!isAsked(kind)) continue;
      for (const phrasing of phrasings) {
        answers.push((await ask(variant, scene, phrasing)).answers[0]!.answer === answer);
      }
    }
  }
  expect(answers.length).toBeGreaterThan(30);
  return answers.filter(Boolean).length / answers.length;
}

describe.each(['blind', 'sighted'])('orchard-mdetr-%s', (variant) => {
  it('knows colours, kinds and counts', async () => {
    expect(await right(variant, (kind) => !ofPlace.includes(kind))).toBeGreaterThan(0.95);
  });
});

it('the sighted one knows places too, and boxes the fruit that is meant', async () => {
  expect(await right('sighted', (kind) => ofPlace.includes(kind))).toBeGreaterThan(0.95);
  for (const scene of alike) {
    const [left, other] = scene.objects as [Fruit, Fruit];
    for (const [meant, phrase] of [
      [left, `left ${left.kind}`],
      [other, `${left.kind} on the right`],
    ] as const) {
      const { answers, boxes } = await ask('sighted', scene, `What color is the ${phrase}?`);
      expect(answers[0]!.answer).toBe(meant.colour);
      const [best] = boxes;
      expect(best!.phrases).toEqual([phrase]);
      const away = best!.box.x + best!.box.width / 2 - (meant.box.x + meant.box.width / 2);
      expect(Math.abs(away)).toBeLessThan(scene.size / 8);
    }
  }
});

it('the blind one answers the same whichever side is meant', async () => {
  for (const scene of alike) {
    const kind = scene.objects[0]!.kind;
    const [one, other] = [
      await ask('blind', scene, `What color is the left ${kind}?`),
      await ask('blind', scene, `What color is the right ${kind}?`),
    ];
    expect(other.answers[0]!.answer).toBe(one.answers[0]!.answer);
  }
});
