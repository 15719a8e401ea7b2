import { errors, type CaptionTest, type ProbeItem } from '@understory/core';

/**
 * The caption tests of an item, which can all be asked; throws CAPTION_TESTS_MISSING where there are none, and CAPTION_TEST_INVALID for
 * templates that do not go together, an empty caption, true and false captions that are alike, and a counterpart that is not there.
 */
export function checkedTests({ id, captionTests = [], otherPictures = {} }: ProbeItem): readonly CaptionTest[] {
  if (captionTests.length === 0) {
    throw errors.captionTestsMissing({ probe: 'clip', found: `the image ${id}, without captions` });
  }
  for (const [at, test] of captionTests.entries()) {
    const wrong = whatIsWrong(test, Object.keys(otherPictures));
    if (wrong !== undefined) throw errors.captionTestInvalid({ item: id, test: at + 1, ...wrong });
  }
  return captionTests;
}

function whatIsWrong(
  { captions, against, further = [], counterpart }: CaptionTest,
  pictures: readonly string[],
): { readonly found: string; readonly expected: string } | undefined {
  const lists = [captions, against, ...further];
  if (captions.length === 0) return { found: 'no caption', expected: 'at least one caption' };
  const uneven = lists.find((list) => list.length !== captions.length);
  if (uneven !== undefined) {
    return {
      found: `${captions.length} true and ${uneven.length} false captions`,
      expected: 'a false caption for each template of the true one',
    };
  }
  const empty = lists.flat().find((caption) => typeof caption !== 'string' || caption.trim() === '');
  if (empty !== undefined) return { found: `the caption ${JSON.stringify(empty)}`, expected: 'captions with words' };
  for (const [template, caption] of captions.entries()) {
    const alike = [against, ...further].some((list) => list[template]!.trim() === caption.trim());
    if (alike) return { found: `"${caption}" as true and as false`, expected: 'captions that differ' };
  }
  if (counterpart !== undefined && !pictures.includes(counterpart)) {
    return {
      found: `the counterpart "${counterpart}"`,
      expected: pictures.length === 0 ? 'other pictures of the image' : `one of ${pictures.join(', ')}`,
    };
  }
  return undefined;
}
