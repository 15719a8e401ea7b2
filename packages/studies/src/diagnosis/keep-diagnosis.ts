import { encodeNpy, fromUnitPixels, type ImageCodec } from '@understory/imaging';
import type { ArtifactStore } from '../artifact-store.ts';
import { fileOfAttack } from '../attack/attack-files.ts';
import { amplification, changePicture, maskPicture } from '../attack/attack-pictures.ts';
import { fileName } from '../common/file-name.ts';
import { exampleStore } from '../common/kept-examples.ts';
import { exampleFile } from '../common/stored-examples.ts';
import { outlinesOf } from '../explanation/outlines.ts';
import { maskOf, type Examined, type ExaminedWith } from '../examination/examination.ts';
import { diagnosisExampleFolder, readDiagnosisExamples, type DiagnosisExample } from './diagnosis-example.ts';
import type { DiagnosisRow } from './diagnosis-rows.ts';

/** An image with all that was found of it. */
export interface DiagnosedItem {
  readonly row: DiagnosisRow;
  readonly examined: Examined;
}

export interface KeptDiagnoses {
  /** How many of each kind are kept: right, wrong and without a label. */
  readonly most: number;
  readonly seed: number;
  readonly codec: ImageCodec;
  readonly attacks: ExaminedWith['attacks'];
}

/** Keeps the pictures of some images: what the network saw, its maps, what the probe made of it, and the attacks that flip it. */
export async function diagnosisKeeper(
  store: ArtifactStore,
  { most, seed, codec, attacks }: KeptDiagnoses,
): Promise<(diagnosed: DiagnosedItem) => Promise<void>> {
  const stored = await readDiagnosisExamples(store, () => undefined);
  const kept = stored.map(({ record }) => ({ item: record.item, kind: record.correct }));
  const keep = await exampleStore(store, diagnosisExampleFolder, { most, seed, kept });
  return ({ row, examined }) =>
    keep({ item: row.item, kind: row.correct }, async (folder) => {
      const write = async (name: string, bytes: Uint8Array) => {
        await store.write(`${folder}/${name}`, bytes);
        return name;
      };
      const { item, label, asked, correct, decision, probability, target, targetLabel } = row;
      const record: DiagnosisExample = {
        ...{ item, label, asked, correct, decision, probability },
        target: targetLabel ?? (target === null ? null : `class ${target}`),
        picture: await write('picture.png', await codec.encodePng(examined.picture)),
        maps: await writeMaps(examined, write),
        outlines: outlinesOf(examined.answer, examined.target),
        disturbed: await writeDisturbed(examined, codec, write),
        attacks: await writeAttacks(examined, { codec, attacks }, write),
      };
      // Last, so that a record names files that are there.
      await store.write(`${folder}/${exampleFile}`, `${JSON.stringify(record, null, 2)}\n`);
    });
}

type Write = (name: string, bytes: Uint8Array) => Promise<string>;

async function writeMaps({ maps }: Examined, write: Write): Promise<DiagnosisExample['maps']> {
  const files: DiagnosisExample['maps'] = [];
  for (const { explainer, map } of maps) {
    if (!map.data.every(Number.isFinite)) continue;
    const file = await write(`${fileName(explainer)}.npy`, encodeNpy(map.data, [map.height, map.width]));
    files.push({ explainer, file });
  }
  return files;
}

async function writeDisturbed(
  { disturbed }: Examined,
  codec: ImageCodec,
  write: Write,
): Promise<DiagnosisExample['disturbed']> {
  const files: DiagnosisExample['disturbed'] = [];
  const [example] = disturbed?.summary.examples ?? [];
  for (const { name, caption } of example?.pictures ?? []) {
    const pixels = disturbed?.pictures.get(name);
    if (pixels === undefined) continue;
    const [, , height = 0, width = 0] = pixels.dims;
    const png = await codec.encodePng(fromUnitPixels(pixels.data, { height, width }));
    files.push({ caption, file: await write(`${fileName(`probe-${name}`)}.png`, png) });
  }
  return files;
}

async function writeAttacks(
  { attacked }: Examined,
  { codec, attacks }: Pick<KeptDiagnoses, 'codec' | 'attacks'>,
  write: Write,
): Promise<DiagnosisExample['attacks']> {
  const files: DiagnosisExample['attacks'] = [];
  for (const { pixels, attempts } of attacked) {
    for (const { row, mask, adversarial, look, png } of attempts.filter((each) => each.row.success === true)) {
      const name = fileOfAttack(maskOf({ name: row.attack }));
      const { budget } = attacks.find((each) => each.name === row.attack)!;
      const factor = amplification(budget, row.linf);
      const { decision, classes } = look.answer;
      files.push({
        ...{ mask: maskOf({ name: row.attack }), epsilon: budget.epsilon, decision, factor },
        probability:
          (classes === undefined ? look.answer.probability : classes.probabilities[classes.decision]) ?? null,
        picture: await write(`${name}.png`, png),
        change: await write(
          `${name}.change.png`,
          await codec.encodePng(changePicture(pixels, { adversarial, factor })),
        ),
        maskPicture: await write(`${name}.mask.png`, await codec.encodePng(maskPicture(mask))),
      });
    }
  }
  return files;
}
