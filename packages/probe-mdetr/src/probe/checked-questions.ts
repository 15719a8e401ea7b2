import { errors, type ProbeItem, type Question } from '@understory/core';

/**
 * The questions of an item, which can all be asked; throws QUESTIONS_MISSING where there are none, and QUESTION_INVALID for a question without
 * phrasing or words, an answer without words, phrases that are no part of their phrasings, and a counterpart that is not there.
 */
export function checkedQuestions({ id, questions = [], otherPictures = {} }: ProbeItem): readonly Question[] {
  if (questions.length === 0) {
    throw errors.questionsMissing({ probe: 'mdetr', found: `the image ${id}, without questions` });
  }
  for (const [at, question] of questions.entries()) {
    const wrong = whatIsWrong(question, Object.keys(otherPictures));
    if (wrong !== undefined) throw errors.questionInvalid({ item: id, question: at + 1, ...wrong });
  }
  return questions;
}

function whatIsWrong(
  { phrasings, phrases, answer, counterpart }: Question,
  pictures: readonly string[],
): { readonly found: string; readonly expected: string } | undefined {
  if (phrasings.length === 0) return { found: 'no phrasing', expected: 'at least one phrasing' };
  const empty = [...phrasings, answer].find((text) => typeof text !== 'string' || text.trim() === '');
  if (empty !== undefined) {
    return { found: `the text ${JSON.stringify(empty)}`, expected: 'a question and an answer with words' };
  }
  if (phrases !== undefined && phrases.length !== phrasings.length) {
    return {
      found: `${phrasings.length} phrasings and ${phrases.length} phrases`,
      expected: 'a phrase for each phrasing',
    };
  }
  const strange = phrases?.find((phrase, at) => !phrasings[at]!.toLowerCase().includes(phrase.toLowerCase()));
  if (strange !== undefined) return { found: `the phrase "${strange}"`, expected: 'a part of the question' };
  if (counterpart !== undefined && !pictures.includes(counterpart.picture)) {
    return {
      found: `the counterpart "${counterpart.picture}"`,
      expected: pictures.length === 0 ? 'other pictures of the image' : `one of ${pictures.join(', ')}`,
    };
  }
  return undefined;
}
