import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adversarialPicture, fileOfAttack, folderOfItem } from '../src/attack/attack-files.ts';

describe('files of attacks', () => {
  it('are called as their image and attack', () => {
    expect(adversarialPicture('cat_1.jpg', 'origin-top')).toBe('adversarial/cat_1.jpg/origin-top.png');
    expect(adversarialPicture('images/cat_1.jpg', 'origin-top:fraction=0.1')).toMatch(
      /^adversarial\/images_cat_1\.jpg-[0-9a-f]{12}\/origin-top_fraction_0\.1-[0-9a-f]{12}\.png$/,
    );
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'a/../b', 'C:\\x', '.', ''])(
    'never leave their folder for %j',
    (item) => {
      expect(folderOfItem(item)).toMatch(/^[\p{L}\p{N}+_-][\p{L}\p{N}+._-]*$/u);
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
    expect(fileOfAttack('uniform:pgd epsilon=4/255')).toMatch(/^[\w.+-]+$/);
  });
});
