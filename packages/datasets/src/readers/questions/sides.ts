/** What the mirror image makes of an answer: left and right change places; undefined where a question speaks of sides and its answer does not. */
export function answerOnMirror(question: string, answer: string): string | undefined {
  const side = answer.toLowerCase();
  if (side === 'left') return 'right';
  if (side === 'right') return 'left';
  return /\b(?:left|right)\b/i.test(question) ? undefined : answer;
}
