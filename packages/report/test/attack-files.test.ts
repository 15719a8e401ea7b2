import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adversarialPicture, fileOfAttack, folderOfItem } from '../src/index.ts';

describe('files of attacks', () => {
  it('are called as their image and attack', () => {
    expect(adversarialPicture('images/cat_1.jpg', 'origin-top:fraction=0.1')).toBe(
      'adversarial/images/cat_1.jpg/origin-top_fraction-0.1.png',
    );
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'a/../b', 'C:\\x', '.', ''])(
    'never leave their folder for %j',
    (item) => {
      expect(folderOfItem(item).split('/')).not.toContain('..');
      expect(folderOfItem(item).split('/')).not.toContain('');
      expect(folderOfItem(item)).toMatch(/^[\p{L}\p{N}+._/-]+$/u);
    },
  );

  it('differ where items do', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(folderOfItem(one) === folderOfItem(other)).toBe(one === other);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('of an attack hold no sign that a shell minds', () => {
    expect(fileOfAttack('uniform epsilon=4/255')).toMatch(/^[\w.+-]+$/);
  });
});
