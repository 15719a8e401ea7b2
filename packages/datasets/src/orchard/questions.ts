import { seededRandom } from '@understory/core';
import type { Question } from '@understory/core';
import { fruitKinds } from './scene.ts';
import type { Fruit, Scene } from './scene.ts';

/** What is asked; `colour`, `kind` and `count` ask for nothing spatial. */
export type SceneQuestionKind = (typeof questionKinds)[number];

export const questionKinds = ['colour', 'kind', 'count', 'colour-at', 'relation', 'fruit-at'] as const;

/** What an answer is: a colour, a kind of fruit, a relation or a number. */
export const answerTypes = ['attr', 'obj', 'rel', 'num'] as const;

/** Pictures of a scene with the two fruit changed, in which questions have another answer. */
export const changedPictures = { places: 'places exchanged', colours: 'colours exchanged' } as const;

/** A question about a scene, in two phrasings. */
export interface SceneQuestion extends Question {
  readonly kind: SceneQuestionKind;
  readonly phrasings: readonly [string, string];
  readonly isSpatial: boolean;
  readonly answerType: (typeof answerTypes)[number];
}

/**
 * The questions that a scene offers, at most one of each kind and two that count, in the order of the kinds; which of the two fruit they
 * are about is drawn from the scene's seed. A question is left out where it would have two answers.
 */
export function questions(scene: Scene): readonly SceneQuestion[] {
  const random = seededRandom(scene.seed).fork('questions');
  const [first, second] = scene.objects as [Fruit, Fruit, ...Fruit[]];
  const isFirst = random.integer(2) === 0;
  const [meant, other] = isFirst ? [first, second] : [second, first];
  const counted = random.integer(2) === 0 ? meant.kind : fruitKinds[random.integer(fruitKinds.length)]!;
  const { box } = meant;
  const place = isFirst ? places[scene.axis].first : places[scene.axis].second;
  const isSameKind = first.kind === second.kind;
  const isSameColour = first.colour === second.colour;
  const isOnlyOfKind = scene.objects.every((fruit) => fruit === meant || fruit.kind !== meant.kind);
  /** The rest of the fruit, with what each would make the answer. */
  const others = (of?: (fruit: Fruit) => string) => ({
    others: scene.objects
      .filter((fruit) => fruit !== meant)
      .map((fruit) => ({ box: fruit.box, ...(of && { answer: of(fruit) }) })),
  });
  /** Where the places decide and the mirror image changes nothing, the scene with the two in each other's place does. */
  const turned = (answer: string) => scene.axis === 'vertical' && counterpart('places', answer);

  const asked: SceneQuestion[] = [];
  const count = (of: (fruit: Fruit) => boolean) => String(scene.objects.filter(of).length);
  /** An answer that the mirror image does not change. */
  const same = (answer: string) => ({ answer, onMirror: answer });

  if (isOnlyOfKind) {
    asked.push({
      kind: 'colour',
      phrasings: [`What color is the ${meant.kind}?`, `What is the color of the ${meant.kind}?`],
      phrases: [meant.kind, meant.kind],
      ...same(meant.colour),
      ...(!isSameColour && counterpart('colours', other.colour)),
      answerType: 'attr',
      isSpatial: false,
      box,
      ...others(({ colour }) => colour),
    });
  }
  if (count(({ colour }) => colour === meant.colour) === '1') {
    asked.push({
      kind: 'kind',
      phrasings: [`Which fruit is ${meant.colour}?`, `What kind of fruit is the ${meant.colour} one?`],
      phrases: [meant.colour, `${meant.colour} one`],
      ...same(meant.kind),
      ...(!isSameKind && counterpart('colours', other.kind)),
      answerType: 'obj',
      isSpatial: false,
      box,
      ...others(({ kind }) => kind),
    });
  }
  asked.push(
    counting('pieces of fruit', same(count(() => true))),
    counting(plural(counted), same(count(({ kind }) => kind === counted))),
    {
      kind: 'colour-at',
      phrasings: [
        `What color is the ${place.adjective} ${meant.kind}?`,
        `What color is the ${meant.kind} ${place.phrase}?`,
      ],
      phrases: [`${place.adjective} ${meant.kind}`, `${meant.kind} ${place.phrase}`],
      answer: meant.colour,
      // Of two kinds the mirror image has none of this one there.
      ...mirrored(scene, meant.colour, isSameKind ? other.colour : undefined),
      ...(isSameKind && turned(other.colour)),
      ...(isOnlyOfKind && !isSameColour && counterpart('colours', other.colour)),
      answerType: 'attr',
      // Where it is the only one of its kind, the kind alone says which is meant.
      isSpatial: !isOnlyOfKind,
      box,
      ...others(({ colour }) => colour),
    },
    {
      kind: 'relation',
      phrasings: place.relation(name(meant), name(other)),
      phrases: [name(meant), name(meant)],
      answer: place.adverb,
      ...mirrored(scene, place.adverb, place.opposite),
      ...turned(place.opposite),
      answerType: 'rel',
      isSpatial: true,
      box,
      others: [{ box: other.box, answer: place.opposite }],
    },
  );
  if (!isSameKind && scene.objects.length === 2) {
    asked.push({
      kind: 'fruit-at',
      phrasings: [`What is ${place.phrase}?`, `Which fruit is ${place.phrase} of the picture?`],
      phrases: [place.phrase, place.phrase],
      answer: meant.kind,
      ...mirrored(scene, meant.kind, other.kind),
      ...turned(other.kind),
      answerType: 'obj',
      isSpatial: true,
      box,
      ...others(({ kind }) => kind),
    });
  }
  return asked;
}

interface Place {
  readonly adjective: string;
  readonly phrase: string;
  readonly adverb: string;
  readonly opposite: string;
  relation(fruit: string, other: string): readonly [string, string];
}

const beside = (fruit: string, other: string) =>
  [
    `Is the ${fruit} to the left or to the right of the ${other}?`,
    `On which side of the ${other} is the ${fruit}?`,
  ] as const;

const over = (fruit: string, other: string) =>
  [`Is the ${fruit} above or below the ${other}?`, `Where is the ${fruit}, above or below the ${other}?`] as const;

const places: Readonly<Record<Scene['axis'], { readonly first: Place; readonly second: Place }>> = {
  horizontal: {
    first: { adjective: 'left', phrase: 'on the left', adverb: 'left', opposite: 'right', relation: beside },
    second: { adjective: 'right', phrase: 'on the right', adverb: 'right', opposite: 'left', relation: beside },
  },
  vertical: {
    first: { adjective: 'top', phrase: 'at the top', adverb: 'above', opposite: 'below', relation: over },
    second: { adjective: 'bottom', phrase: 'at the bottom', adverb: 'below', opposite: 'above', relation: over },
  },
};

const name = ({ kind, colour }: Fruit) => `${colour} ${kind}`;

const plural = (kind: string) => (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`);

function counting(what: string, answers: { answer: string; onMirror: string }): SceneQuestion {
  return {
    kind: 'count',
    phrasings: [`How many ${what} are there?`, `How many ${what} are in the picture?`],
    phrases: [what, what],
    ...answers,
    answerType: 'num',
    isSpatial: false,
  };
}

function counterpart(changed: keyof typeof changedPictures, answer: string): Pick<Question, 'counterpart'> {
  return { counterpart: { picture: changedPictures[changed], answer } };
}

/** The mirror image exchanges left and right, and leaves above and below. */
function mirrored({ axis }: Scene, answer: string, exchanged: string | undefined): { onMirror?: string } {
  if (axis === 'vertical') return { onMirror: answer };
  return exchanged === undefined ? {} : { onMirror: exchanged };
}
