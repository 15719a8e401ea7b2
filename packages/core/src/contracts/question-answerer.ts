import type { Tensor } from '../tensor/tensor.ts';
import type { Box } from './metric.ts';
import type { Answer, Subject } from './subject.ts';

/** The name of the task at Hugging Face. */
export const questionTask = 'visual-question-answering';

/** One answer that a model knows. */
export interface NamedAnswer {
  /** What names it as a target: `answer:attr:red`, or `answer:red` of a model whose answers have no type. */
  readonly target: string;
  /** Of its head; null of a model with one head. */
  readonly type: string | null;
  readonly answer: string;
  /** The number that is explained. */
  readonly score: number;
  /** In 0..1: that of the type times that of the answer among those of its type. */
  readonly probability: number;
}

/** A box with the parts of the text that it stands for. */
export interface GroundedBox {
  /** Which of the model's boxes it is, counted from 0. */
  readonly query: number;
  /** In pixels of the picture that the model is fed. */
  readonly box: Box;
  /** That there is an object, in 0..1. */
  readonly probability: number;
  /** Parts of the text as it was written, in its order. */
  readonly phrases: readonly string[];
  /** Positions of their tokens in the text. */
  readonly tokens: readonly number[];
}

/** What a model says to a question about one picture. */
export interface QuestionAnswer extends Answer {
  /** The likeliest type of answer, where answers have types. */
  readonly type?: { readonly name: string; readonly probability: number };
  /** All that it knows: the best of the likeliest type, then the others from best to worst; empty of a model that only boxes phrases. */
  readonly answers: readonly NamedAnswer[];
  /** From best to worst, those above the model's threshold; empty of a model without boxes. */
  readonly boxes: readonly GroundedBox[];
}

/** A model that answers a question about a picture, or boxes what a text names. */
export interface QuestionAnswerer extends Subject<QuestionAnswer> {
  readonly task: typeof questionTask;
  /** Undefined where nothing was asked. */
  readonly question: string | undefined;
  /** The same model asked something else. Throws QUESTION_EMPTY, QUESTION_NOT_READABLE, TOKEN_UNKNOWN, and QUESTION_NOT_READ of a model that takes no text. */
  asking(question: string): QuestionAnswerer;
  /** What the model says of each prepared picture; `masks` as `feeds` takes them. Throws what `asking` throws, and what running the model throws. */
  ask(pixels: Tensor<'float32'>, question: string, masks?: readonly Uint8Array[]): Promise<readonly QuestionAnswer[]>;
}

/** Whether a subject answers questions. */
export function isQuestionAnswerer(subject: Subject): subject is Subject & QuestionAnswerer {
  return subject.task === questionTask && 'asking' in subject;
}

/** Whether an answer is one to a question. */
export function isQuestionAnswer(answer: Answer): answer is QuestionAnswer {
  return 'answers' in answer && 'boxes' in answer;
}
