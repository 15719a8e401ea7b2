import {
  isDiagnosed,
  type Box,
  type PixelSubject,
  type Question,
  type QuestionAnswer,
  type SeededRandom,
  type Tensor,
} from '@understory/core';
import { constrained, type Constraint } from '../../constraint/constraint.ts';
import { ownBox } from '../../constraint/own-box.ts';
import { randomBox } from '../../constraint/random-box.ts';
import { isRight, typesOf } from '../answers.ts';
import type { BoxKind, HeldAnswers, NotHeld } from './held-row.ts';

/** One phrasing and what the model says to it without a box. */
export interface Plain {
  readonly subject: PixelSubject;
  readonly said: QuestionAnswer;
}

export interface Boxes {
  readonly own?: Box | undefined;
  readonly true?: Box | undefined;
  readonly random?: Box | undefined;
}

/** The boxes of each phrasing of a question; `hasBoxes` where the model boxes what a text names, without which there is no box of its own. */
export function boxesOf(
  { box, phrases }: Question,
  plain: readonly Plain[],
  { hasBoxes, random }: { readonly hasBoxes: boolean; readonly random: SeededRandom },
): readonly Boxes[] {
  return plain.map(({ subject, said }, phrasing) => {
    const own = hasBoxes ? ownBox(said.boxes, phrases?.[phrasing]) : undefined;
    const size = hasBoxes ? own : box;
    const drawn = size && randomBox(size, subject.frame, random.fork(`phrasing ${phrasing}`));
    return { own, true: box, random: drawn };
  });
}

/** The answers to all phrasings of a question, held to each kind of box in each way. */
export async function heldAnswers(
  { question, plain, boxes, pixels }: HeldQuestion,
  { constraints, kinds }: { readonly constraints: readonly Constraint[]; readonly kinds: readonly BoxKind[] },
): Promise<{ readonly held: readonly HeldAnswers[]; readonly notHeld: readonly NotHeld[] }> {
  const held: HeldAnswers[] = [];
  const notHeld: NotHeld[] = [];
  for (const constraint of constraints) {
    try {
      for (const box of kinds) {
        const said: QuestionAnswer[] = [];
        for (const [phrasing, { subject, said: withoutBox }] of plain.entries()) {
          const own = boxes[phrasing]![box];
          said.push(own === undefined ? withoutBox : await constrained(subject, pixels, own, constraint));
        }
        held.push({
          ...{ constraint, box },
          said: said.map(({ answers: [best] }) => best?.answer ?? ''),
          right: said.map((each) => isRight(each.answers[0], question, typesOf(each))),
          probability: said.map(({ answers: [best] }) => best?.probability ?? 0),
          isHeld: boxes.map((each) => each[box] !== undefined),
        });
      }
    } catch (error) {
      if (!isDiagnosed(error) || error.code !== 'CONSTRAINT_NOT_AVAILABLE') throw error;
      notHeld.push({ constraint, why: error.found ?? error.message });
    }
  }
  return { held, notHeld };
}

export interface HeldQuestion {
  readonly question: Question;
  readonly plain: readonly Plain[];
  readonly boxes: readonly Boxes[];
  readonly pixels: Tensor<'float32'>;
}
