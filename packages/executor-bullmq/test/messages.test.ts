import { describe, expect, it } from '@jest/globals';
import { announcement, answer, batch, most, read, receivedFile, sentFile } from '../src/messages.ts';
import { answerText } from '../src/seat.ts';

const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
  return undefined;
};

const withFile = (name: string) => JSON.stringify({ worker: 'w', result: { answers: [], kept: [{ name }] } });

describe('messages', () => {
  it('carry files byte for byte, and that one is removed', () => {
    const files = [{ name: 'maps/a.png', bytes: Uint8Array.from([0, 255, 10]) }, { name: 'maps/a.png' }];
    const text = answerText('w', { answers: [{ id: 'a', rows: [{ value: 1 }] }], kept: files.map(sentFile) });
    const { result } = read(answer, text, 'An answer', most.answer);
    expect('kept' in result && result.kept.map(receivedFile)).toEqual(files);
  });

  it.each(['run.json', 'rows.jsonl', '../a/b', 'maps/../../b', '/etc/passwd', 'maps//a', 'maps\\a/b', 'maps/./a', ''])(
    'name no file "%s", which a run has for itself or which lies outside of it',
    (name) => {
      expect(codeOf(() => read(answer, withFile(name), 'An answer'))).toBe('QUEUE_MESSAGE_INVALID');
    },
  );

  it('are refused where they are no JSON, too long, of another version or without ids', () => {
    expect(codeOf(() => read(batch, '{', 'A batch'))).toBe('QUEUE_MESSAGE_INVALID');
    expect(codeOf(() => read(batch, null, 'A batch'))).toBe('QUEUE_MESSAGE_INVALID');
    expect(codeOf(() => read(batch, '{"ids":["a"]}', 'A batch', 5))).toBe('QUEUE_MESSAGE_INVALID');
    expect(codeOf(() => read(batch, '{"ids":[]}', 'A batch'))).toBe('QUEUE_MESSAGE_INVALID');
    const later = { format: 2, title: 't', host: 'h', pid: 1, since: 's', total: 1, work: {} };
    expect(codeOf(() => read(announcement, JSON.stringify(later), 'A study'))).toBe('QUEUE_MESSAGE_INVALID');
  });

  it('make items fail whose files are too large to be sent', () => {
    const bytes = 'A'.repeat(most.answer);
    const text = answerText('w', { answers: [{ id: 'a', rows: [] }], kept: [{ name: 'maps/a', bytes }] });
    const { result } = read(answer, text, 'An answer', most.answer);
    expect(result).toMatchObject({ answers: [{ id: 'a', error: { code: 'RESULT_TOO_LARGE' } }], kept: [] });
  });
});
