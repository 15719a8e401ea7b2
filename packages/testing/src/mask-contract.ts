import type { Mask, MaskRequest, Tensor } from '@understory/core';
import { check, checkRejects, checkTensor, once } from './check.ts';
import type { ContractCase } from './contract-case.ts';

export interface MaskSubject {
  readonly create: () => Mask | Promise<Mask>;
  /** With all that the mask needs, for two samples or more, no two alike. */
  readonly request: MaskRequest;
}

/** What every mask promises, one case a promise. */
export function maskContract({ create, request }: MaskSubject): readonly ContractCase[] {
  const { samples, height, width } = request;
  if (samples < 2) throw new RangeError(`the contract needs at least 2 samples, found ${samples}`);
  const untouched = structuredClone(request);
  const made = once(async () => create());
  const draw = async (changes: Partial<MaskRequest> = {}) => (await made()).draw({ ...request, ...changes });
  const whole = once(() => draw());

  return [
    {
      name: 'gives one mask a sample, of the height and width of the image, with weights in 0..1',
      async run() {
        const masks = await whole();
        check(masks.length === samples, `expected ${samples} masks, found ${masks.length}`);
        for (const { type, dims, data } of masks) {
          check(type === 'float32', `expected float32, found ${type}`);
          check(dims.join() === `${height},${width}`, `expected [${height}, ${width}], found [${dims.join(', ')}]`);
          const outside = data.find((weight) => !(weight >= 0 && weight <= 1));
          check(outside === undefined, `expected weights in 0..1, found ${outside}`);
        }
      },
    },
    {
      name: 'gives the same masks for the same request',
      async run() {
        checkSame('second time', await draw(), await whole());
      },
    },
    {
      name: 'draws each mask as if it were alone',
      async run() {
        const masks = await whole();
        for (let sample = 0; sample < samples; sample += 1) {
          checkSame(`sample ${sample}, alone`, await draw(ofSample(request, sample)), [masks[sample]!]);
        }
      },
    },
    {
      name: 'leaves what it is drawn from as it was',
      async run() {
        await draw();
        check(JSON.stringify(request) === JSON.stringify(untouched), 'the request is not what it was');
      },
    },
    {
      name: 'refuses to be drawn from nothing where it needs something',
      async run() {
        const { needs = [] } = await made();
        for (const need of needs) {
          const { [need]: given, ...others } = request;
          check(given !== undefined, `the mask needs ${need}, and the subject's request has none`);
          await checkRejects(`no ${need}`, async () => (await made()).draw(others), 'MASK_NEEDS');
        }
      },
    },
  ];
}

function ofSample({ originMaps, targetMaps, boxes, seeds, ...size }: MaskRequest, sample: number): MaskRequest {
  return {
    ...size,
    samples: 1,
    seeds: [seeds[sample]!],
    ...(originMaps && { originMaps: [originMaps[sample]!] }),
    ...(targetMaps && { targetMaps: [targetMaps[sample]!] }),
    ...(boxes && { boxes: [boxes[sample]!] }),
  };
}

function checkSame(what: string, actual: readonly Tensor<'float32'>[], expected: readonly Tensor<'float32'>[]): void {
  check(actual.length === expected.length, `${what}: expected ${expected.length} masks, found ${actual.length}`);
  expected.forEach((mask, at) => checkTensor(`${what}, mask ${at}`, actual[at], mask, 0));
}
