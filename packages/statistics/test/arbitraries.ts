import fc from 'fast-check';

/** Numbers as measurements are: many decimals, but neither tiny nor huge. */
export const measurement = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((number) => number / 1024);

const sample = fc.array(measurement, { minLength: 0, maxLength: 24 });

/** A sample and the same one in another order. */
export const shuffled = sample.chain((values) =>
  fc
    .shuffledSubarray(values, { minLength: values.length, maxLength: values.length })
    .map((other) => [values, other] as const),
);

export const pairs = fc.array(fc.tuple(measurement, measurement), { minLength: 0, maxLength: 24 });

export const repeatable = { seed: 1, numRuns: 100 } as const;
