import { z } from 'zod';

const name = z.string().min(1);

/** A number of a study's result. */
const statistic = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accuracy') }).describe('The fraction of images whose label the model predicts.'),
  z
    .strictObject({ kind: z.literal('mean'), metric: name, explainer: name })
    .describe('The mean of a metric over the maps of an explainer.'),
  z
    .strictObject({ kind: z.literal('difference'), metric: name, first: name, second: name })
    .describe('The same of one explainer minus another, paired by image.'),
  z
    .strictObject({ kind: z.literal('correlation'), first: name, second: name })
    .describe("Pearson's correlation of the raw maps of two explainers, over the images."),
  z
    .strictObject({ kind: z.literal('success'), attack: name })
    .describe('The fraction of images on which an attack succeeds.'),
  z
    .strictObject({ kind: z.literal('steps'), attack: name })
    .describe('The mean of the evaluations until success, over the successes.'),
  z
    .strictObject({ kind: z.literal('success-difference'), first: name, second: name })
    .describe('The success of one attack minus another, paired by image.'),
  z
    .strictObject({ kind: z.literal('steps-difference'), first: name, second: name })
    .describe(
      'The steps of one attack minus another, paired by image, failures counted as all that they were allowed.',
    ),
  z.strictObject({ kind: z.literal('estimate'), measure: name, condition: name }).describe('A number of a probe.'),
]);

const expected = z
  .union([
    z.strictObject({ above: z.number() }),
    z.strictObject({ below: z.number() }),
    z.strictObject({ within: z.tuple([z.number(), z.number()]) }),
  ])
  .describe('Where the number has to lie for the claim to hold: beyond a threshold, or between two.');

const study = z.string().min(1).describe('The name of a study of the list.');
const place = z.string().min(1).describe('The place in the publication: `section 5.2`.');

/** What a publication concludes, with the number of a study that decides whether it holds there. */
export const claim = z.strictObject({
  id: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u),
  place,
  claim: z.string().min(1).describe("The conclusion, in words of one's own."),
  tests: z
    .array(
      z.strictObject({
        study,
        what: z.string().min(1).optional().describe('What the number is, in words that go before it.'),
        statistic,
        expected,
      }),
    )
    .default([])
    .describe('The numbers that decide, one for each network; without one the claim cannot be told.'),
  why: z
    .string()
    .min(1)
    .optional()
    .describe('What a reader should know of the test: whose threshold it is, or why there is none.'),
});

/** A number of a publication, with that of a study that stands beside it. */
export const reportedNumber = z.strictObject({
  place,
  what: z.string().min(1).describe('What was measured.'),
  value: z.number(),
  printed: z.string().min(1).optional().describe('The value as the publication prints it: `95.58%`.'),
  unit: z.enum(['share', 'number']).default('number').describe('Whether it is a fraction of 1.'),
  study,
  statistic,
});

/** What a publication shows and no study repeats. */
export const omission = z.strictObject({
  place,
  what: z.string().min(1).describe('What is shown there.'),
  why: z.string().min(1).describe('Why it is not repeated.'),
});

const kind = z.enum(['model', 'data']);

/** What a publication used, with what stands for it where nothing is given. */
export const role = z.strictObject({
  kind,
  original: z.string().min(1).describe("The publication's own, in words."),
  standIn: z
    .string()
    .min(1)
    .describe('What is used where nothing is given; a path that begins with a dot is seen from the file.'),
  about: z.string().min(1).optional().describe('What the stand-in is, in words.'),
  format: z.string().min(1).optional().describe('The format of data that are given as a bare path: `oxford-pets`.'),
});

/** A role as a list of studies was run with it. */
export const material = z.strictObject({
  role: z.string().min(1),
  kind,
  original: z.string().min(1).describe("The publication's own, in words."),
  used: z.string().min(1).describe('What was used.'),
  about: z.string().min(1).optional(),
  isStandIn: z.boolean(),
});

export type Statistic = z.output<typeof statistic>;
export type Claim = z.output<typeof claim>;
export type ClaimTest = Claim['tests'][number];
export type Expected = z.output<typeof expected>;
export type ReportedNumber = z.output<typeof reportedNumber>;
export type Omission = z.output<typeof omission>;
export type Role = z.output<typeof role>;
export type Material = z.output<typeof material>;
