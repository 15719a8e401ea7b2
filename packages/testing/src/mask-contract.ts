import type { Mask, MaskRequest, Tensor } from '@understory/core';
import { check, checkRejects, checkTensor, checkUnchanged, once } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';

export interface MaskSubject extends ContractTime {
  readonly create: () => Mask | Promise<Mask>;
  /** With all that the mask needs, for two samples or more, no two alike. */
  readonly request: MaskRequest;
}

/** What every mask promises, one case a promise. */
export function maskContract({ create, request, ...time }: MaskSubject): readonly ContractCase[] {
  const { samples, height, width } = request;
  if (samples < 2) throw new RangeError(`the contract needs at least 2 samples, found ${samples}`);
  const untouched = structuredClone(request);
  const made = once(async () => create());
  /** What the mask declares and nothing else, so that it cannot read what it does not ask for. */
  const declared = async (given: MaskRequest): Promise<MaskRequest> => {
    const { needs = [] } = await made();
    const { originMaps, targetMaps, boxes, ...size } = given;
    return {
      ...size,
      ...(needs.includes('originMaps') && originMaps && { originMaps }),
      ...(needs.includes('targetMaps') && targetMaps && { targetMaps }),
      ...(needs.includes('boxes') && boxes && { boxes }),
    };
  };
  const draw = async (given = request) => (await made()).draw(await declared(given));
  // Cloned, so that a mask that hands out one buffer again and again is not compared with itself.
  const whole = once(async () => structuredClone(await draw()));

  return timed(time, [
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
      name: 'hands out masks that stay as they are, also when asked twice at once',
      async run() {
        const handed = await draw();
        const [alone, again] = await Promise.all([draw(ofSample(request, 1)), draw()]);
        const masks = await whole();
        checkSame('sample 1, alone at the same time', alone, [masks[1]!]);
        checkSame('at the same time as others', again, masks);
        checkSame('after other calls', handed, masks);
      },
    },
    {
      name: 'draws the same without what it does not ask for, and with it',
      async run() {
        checkSame('with all of the request', await (await made()).draw(request), await whole());
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
        checkUnchanged('the request', request, untouched);
        // A call of its own: what a call turns round, the next one turns back.
        const own = structuredClone(untouched);
        await (await made()).draw(own);
        checkUnchanged('the request', own, untouched);
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
  ]);
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
