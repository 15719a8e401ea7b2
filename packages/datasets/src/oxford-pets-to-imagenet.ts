/** A class of Oxford-IIIT Pet and the class of ImageNet (ILSVRC 2012) that names the same breed. */
export interface BreedCorrespondence {
  /** As the data set's files spell it. */
  readonly breed: string;
  /** Undefined where none of the 1000 classes is this breed. */
  readonly imagenet: { readonly index: number; readonly name: string } | undefined;
  /**
   * How the two were found to be the same: `name`, the same words but for an added "cat"; `shortened`, the data set drops a word of
   * the breed's name; `spelling`, another form of the name; `synonym`, one of the words that WordNet lists for the class; `renamed`,
   * an older name of the breed; `closest`, WordNet's description allows for it and no other class does. `absent` where there is none.
   */
  readonly how: 'name' | 'shortened' | 'spelling' | 'synonym' | 'renamed' | 'closest' | 'absent';
  /** What the judgement rests on, where the names do not show it. */
  readonly because?: string;
}

/** The 37 breeds in the order of their class numbers; 25 have a class of their own in ImageNet. */
export const oxfordPetsToImagenet: readonly BreedCorrespondence[] = [
  absent('Abyssinian', 'WordNet has Abyssinian cat, n02124313, which is not among the 1000'),
  absent('american_bulldog', 'French bulldog, 245, and bull mastiff, 243, are other breeds'),
  same(
    'american_pit_bull_terrier',
    180,
    'American Staffordshire terrier',
    'synonym',
    'n02093428: American pit bull terrier',
  ),
  same('basset_hound', 161, 'basset', 'synonym', 'n02088238: basset hound'),
  same('beagle', 162, 'beagle', 'name'),
  absent('Bengal', 'tiger, 292, is no house cat'),
  absent('Birman'),
  absent('Bombay'),
  same('boxer', 242, 'boxer', 'name'),
  absent('British_Shorthair'),
  same('chihuahua', 151, 'Chihuahua', 'name'),
  same('Egyptian_Mau', 285, 'Egyptian cat', 'closest', 'n02124075: a domestic cat of Egypt'),
  same('english_cocker_spaniel', 219, 'cocker spaniel', 'synonym', 'n02102318: English cocker spaniel'),
  same('english_setter', 212, 'English setter', 'name'),
  same('german_shorthaired', 210, 'German short-haired pointer', 'shortened', 'n02100236: a breed of pointers'),
  same('great_pyrenees', 257, 'Great Pyrenees', 'name'),
  absent('havanese'),
  same('japanese_chin', 152, 'Japanese spaniel', 'renamed', 'the breed was registered as Japanese Spaniel until 1977'),
  same('keeshond', 261, 'keeshond', 'name'),
  same('leonberger', 255, 'Leonberg', 'spelling', 'n02111129: Saint Bernard crossed with Newfoundland'),
  absent('Maine_Coon'),
  same('miniature_pinscher', 237, 'miniature pinscher', 'name'),
  same('newfoundland', 256, 'Newfoundland', 'name'),
  same('Persian', 283, 'Persian cat', 'name'),
  same('pomeranian', 259, 'Pomeranian', 'name'),
  same('pug', 254, 'pug', 'name'),
  absent('Ragdoll'),
  absent('Russian_Blue'),
  same('saint_bernard', 247, 'Saint Bernard', 'name'),
  same('samoyed', 258, 'Samoyed', 'name'),
  same('scottish_terrier', 199, 'Scotch terrier', 'synonym', 'n02097298: Scottish terrier'),
  absent('shiba_inu'),
  same('Siamese', 284, 'Siamese cat', 'name'),
  absent('Sphynx', 'Mexican hairless, 268, is a dog'),
  same(
    'staffordshire_bull_terrier',
    179,
    'Staffordshire bullterrier',
    'synonym',
    'n02093256: Staffordshire bull terrier',
  ),
  same('wheaten_terrier', 202, 'soft-coated wheaten terrier', 'shortened', 'the only wheaten terrier'),
  same('yorkshire_terrier', 187, 'Yorkshire terrier', 'name'),
];

function same(
  breed: string,
  index: number,
  name: string,
  how: Exclude<BreedCorrespondence['how'], 'absent'>,
  because?: string,
): BreedCorrespondence {
  return { breed, imagenet: { index, name }, how, ...(because === undefined ? {} : { because }) };
}

function absent(breed: string, because?: string): BreedCorrespondence {
  return { breed, imagenet: undefined, how: 'absent', ...(because === undefined ? {} : { because }) };
}
