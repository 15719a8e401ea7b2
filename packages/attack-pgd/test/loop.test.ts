import { describe, expect, it } from '@jest/globals';
import { float32, ImageClassifier, PixelSubject, takeTensor } from '@understory/core';
import type { AttackRequest, AttackResult, DifferentiableModel, Model } from '@understory/core';
import { flatten, linear, type ChainStep } from '@understory/testing';
import fc from 'fast-check';
import { apgd, fgsm, pgd } from '../src/index.ts';
import {
  subjectOf,
  components,
  linearModel,
  masksOf,
  normalisation,
  pictures,
  predict,
  quadraticModel,
  size,
} from './support/models.ts';

const samples = 5;
const pixels = pictures(samples, 'loop');
const seeds = [1, 2, 3, 4, 5];
const goal = { kind: 'targeted', classes: [3, 1, 4, 0, 2] } as const;
const { subject } = quadraticModel();
const request: AttackRequest = { subject, pixels, goal, seeds };

const paper = { epsilon: 0.3, threshold: 0.5, steps: 20 } as const;

describe('the stop rule', () => {
  it('is tested before each step, by sample, and counts evaluations', async () => {
    const { adversarial, samples: found } = await pgd(paper).perturb(request);
    const predictions = await predict(subject, adversarial);
    const counts = new Set(found.map(({ evaluations }) => evaluations));
    expect(counts.size).toBeGreaterThan(2);
    found.forEach(({ success, evaluations, updates, trajectory }, sample) => {
      const last = trajectory.probability.at(-1)!;
      expect(trajectory.probability.slice(0, -1).every((probability) => probability <= 0.5)).toBe(true);
      expect(success).toBe(last > 0.5);
      if (success) {
        expect(updates).toBe(evaluations - 1);
        expect(predictions[sample]!.probabilities[goal.classes[sample]!]).toBeCloseTo(last, 6);
      }
    });
  });

  it('gives up after as many evaluations as steps, and hands back what the last step made', async () => {
    const { samples: found, adversarial } = await pgd({ ...paper, epsilon: 0.01, threshold: 0.999 }).perturb(request);
    const more = await pgd({ ...paper, epsilon: 0.01, threshold: 0.999, lastLook: true }).perturb(request);
    found.forEach(({ success, evaluations, updates }, sample) => {
      expect({ success, evaluations, updates }).toEqual({ success: false, evaluations: 20, updates: 20 });
      expect(more.samples[sample]).toMatchObject({ success: false, evaluations: 21, updates: 20 });
    });
    expect(adversarial.data).toEqual(more.adversarial.data);
  });

  it('changes nothing where the goal is reached at once', async () => {
    const said = (await predict(subject, pixels)).map(({ decision }) => decision);
    const attack = pgd({ stop: 'misclassification' });
    const { adversarial, samples: found } = await attack.perturb({
      ...request,
      goal: { kind: 'targeted', classes: said },
    });
    expect(adversarial.data).toEqual(pixels.data);
    for (const sample of found) expect(sample).toMatchObject({ success: true, evaluations: 1, updates: 0 });
  });

  it('asks for probability of all other classes to leave one', async () => {
    const said = (await predict(subject, pixels)).map(({ decision }) => decision);
    const untargeted = { kind: 'untargeted', classes: said } as const;
    const { samples: found } = await pgd({ ...paper, threshold: 0.8 }).perturb({ ...request, goal: untargeted });
    for (const { success, trajectory } of found) expect(success).toBe(trajectory.probability.at(-1)! < 0.2);
    expect(found.some(({ success }) => success)).toBe(true);
  });

  it('says the same of a prediction as of an evaluation', async () => {
    const attack = pgd({ ...paper, lastLook: true });
    const { adversarial, samples: found } = await attack.perturb(request);
    (await predict(subject, adversarial)).forEach((prediction, sample) => {
      const own = { kind: 'targeted', class: goal.classes[sample]! } as const;
      expect(attack.isReached(prediction, own)).toBe(found[sample]!.success);
    });
  });
});

describe('a network whose numbers are not finite', () => {
  const rows = (value: number) =>
    Array.from({ length: 5 }, (_, row) => Array.from({ length: components }, () => (row === 2 ? value : 0.1)));
  const flat = linear('logits', rows(0.2), [0, 0, 0, 0, 0]);
  const networks: Readonly<Record<string, ChainStep>> = {
    scores: linear('logits', rows(NaN), [0, 0, 0, 0, 0]),
    gradients: { ...flat, backward: (x, gradient) => flat.backward(x, gradient).map(() => NaN) },
  };

  it.each(['scores', 'gradients'])('is told by its %s, rather than attacked', async (what) => {
    const broken = subjectOf([flatten('flat'), networks[what]!]);
    for (const attack of [fgsm(), pgd(paper), apgd(paper)]) {
      await expect(attack.perturb({ ...request, subject: broken })).rejects.toMatchObject({
        code: 'SCORES_NOT_FINITE',
        message: `The network gives ${what} that are not finite numbers.`,
      });
    }
  });
});

describe('the batch', () => {
  const all = { 'the paper': pgd, apgd } as const;
  it.each(Object.entries(all))('changes no result: %s', async (_, make) => {
    const results: AttackResult[] = [];
    for (const batch of [1, 2, 3, 8]) results.push(await make({ epsilon: 0.2, steps: 12, batch }).perturb(request));
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('is filled up as samples finish', async () => {
    const sizes: number[] = [];
    const { model } = subject.subject;
    const watched = watch(model as DifferentiableModel, (rows) => sizes.push(rows));
    const { samples: found } = await pgd({ ...paper, batch: 2 }).perturb({ ...request, subject: watched });
    const evaluations = found.reduce((sum, sample) => sum + sample.evaluations, 0);
    expect(sizes.reduce((sum, rows) => sum + rows, 0)).toBe(evaluations);
    // Two at a time until fewer than two are left.
    const alone = sizes.findIndex((rows) => rows === 1);
    expect(sizes.slice(0, alone === -1 ? sizes.length : alone).every((rows) => rows === 2)).toBe(true);
    expect(sizes.slice(alone === -1 ? sizes.length : alone).every((rows) => rows === 1)).toBe(true);
  });

  it('does not depend on the order of samples', async () => {
    const order = [3, 0, 4, 2, 1];
    const attack = pgd({ ...paper, start: 'uniform', restarts: 2, batch: 2, steps: 6 });
    const forwards = await attack.perturb(request);
    const turned = await attack.perturb({
      subject,
      pixels: takeTensor(pixels, order),
      goal: { ...goal, classes: order.map((sample) => goal.classes[sample]!) },
      seeds: order.map((sample) => seeds[sample]!),
    });
    expect(turned.adversarial).toEqual(takeTensor(forwards.adversarial, order));
    expect(turned.samples).toEqual(order.map((sample) => forwards.samples[sample]));
  });

  it('tells how many samples are finished', async () => {
    const told: (readonly number[])[] = [];
    await pgd({ ...paper, batch: 2 }).perturb({
      ...request,
      progress: (finished, total) => told.push([finished, total]),
    });
    expect(told.at(-1)).toEqual([5, 5]);
    const finished = told.map(([count]) => count!);
    expect(finished).toEqual([...finished].sort((left, right) => left - right));
  });
});

describe('what cannot change anything', () => {
  it('an epsilon of 0, or a mask of zeros, leaves every pixel as it was', async () => {
    const none = masksOf(1, 'none', () => 0);
    const epsilons = { linf: 0.2, l2: 1, l1: 3 } as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('linf', 'l2', 'l1' as const),
        fc.constantFrom('none', 'uniform' as const),
        fc.constantFrom('cross-entropy', 'margin', 'dlr' as const),
        fc.integer({ min: 0, max: 1000 }),
        fc.boolean(),
        async (norm, start, objective, seed, isMasked) => {
          const one = pictures(1, `one ${seed}`);
          const attack = pgd({
            norm,
            start,
            objective,
            epsilon: isMasked ? epsilons[norm] : 0,
            steps: 3,
            stop: 'never',
            momentum: seed % 2,
          });
          const { adversarial } = await attack.perturb({
            subject,
            pixels: one,
            goal: { kind: 'untargeted', classes: [seed % 5] },
            seeds: [seed],
            ...(isMasked && { masks: none }),
          });
          expect(adversarial.data).toEqual(one.data);
        },
      ),
      { seed: 3, numRuns: 30 },
    );
  });
});

describe('the best so far', () => {
  const two = linearModel('two', 2);
  const best = { stop: 'never', keep: 'best', lastLook: true, steps: 5, schedule: 'constant', alpha: 0.3 } as const;
  const reach = async (epsilon: number, seed: number, share: number, norm: 'linf' | 'l2') => {
    // Nested: what a smaller share lets through, a larger one does too.
    const masks = masksOf(1, `nested ${seed}`, (uniform) => (uniform < share ? 1 : 0));
    const one = pictures(1, `best ${seed}`);
    const { samples: found } = await pgd({ ...best, norm, epsilon }).perturb({
      subject: two.subject,
      pixels: one,
      goal: { kind: 'targeted', classes: [seed % 2] },
      seeds: [seed],
      masks,
    });
    return { success: found[0]!.success, probability: Math.max(...found[0]!.trajectory.probability) };
  };

  it('of a linear model of two classes never falls as epsilon grows', async () => {
    const epsilon = fc.double({ min: 0, max: 0.3, noNaN: true });
    await fc.assert(
      fc.asyncProperty(epsilon, epsilon, fc.nat(1000), async (one, other, seed) => {
        const less = await reach(Math.min(one, other), seed, 0.7, 'linf');
        const more = await reach(Math.max(one, other), seed, 0.7, 'linf');
        expect(more.probability).toBeGreaterThanOrEqual(less.probability - 1e-6);
        if (less.success) expect(more.success).toBe(true);
      }),
      { seed: 4, numRuns: 30 },
    );
  });

  it('of a linear model of two classes never falls as the mask grows', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(share, share, fc.nat(1000), async (one, other, seed) => {
        const less = await reach(0.1, seed, Math.min(one, other), 'linf');
        const more = await reach(0.1, seed, Math.max(one, other), 'linf');
        expect(more.probability).toBeGreaterThanOrEqual(less.probability - 1e-6);
        if (less.success) expect(more.success).toBe(true);
      }),
      { seed: 5, numRuns: 30 },
    );
  });

  it('is what is handed back, where the last pixels are worse', async () => {
    // Steps so long that they leap over the best place of a quadratic model.
    const far = { epsilon: 0.6, steps: 7, schedule: 'constant', alpha: 0.9, stop: 'never', lastLook: true } as const;
    const last = await pgd({ ...far, keep: 'last' }).perturb(request);
    const kept = await pgd({ ...far, keep: 'best' }).perturb(request);
    const probability = async ({ adversarial }: AttackResult) =>
      (await predict(subject, adversarial)).map(({ probabilities }, at) => probabilities[goal.classes[at]!]!);
    const [ofLast, ofKept] = [await probability(last), await probability(kept)];
    ofKept.forEach((value, sample) => {
      expect(value).toBeGreaterThanOrEqual(ofLast[sample]! - 1e-7);
      expect(value).toBeCloseTo(Math.max(...kept.samples[sample]!.trajectory.probability), 5);
    });
    expect(ofKept).not.toEqual(ofLast);
  });
});

describe('restarts', () => {
  it('go on while there is no success, each from another place', async () => {
    const options = { epsilon: 0.12, steps: 4, start: 'uniform', stop: 'misclassification', lastLook: true } as const;
    const once = await pgd({ ...options, restarts: 1 }).perturb(request);
    const often = await pgd({ ...options, restarts: 6 }).perturb(request);
    once.samples.forEach(({ success, trajectory }, sample) => {
      const more = often.samples[sample]!;
      if (success) expect(more).toEqual(once.samples[sample]);
      else {
        expect(more.trajectory.logit.slice(0, 5)).toEqual(trajectory.logit);
        expect(more.evaluations).toBeGreaterThan(5);
        expect(new Set(more.trajectory.logit).size).toBe(more.evaluations);
        if (!more.success) expect(more.evaluations).toBe(30);
      }
    });
    const count = ({ samples: found }: AttackResult) => found.filter(({ success }) => success).length;
    expect(count(once)).toBeLessThan(samples);
    expect(count(often)).toBeGreaterThanOrEqual(count(once));
  });

  it('are refused where every start is the same', () => {
    expect(() => pgd({ restarts: 3 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('apgd', () => {
  it('never hands back less than its best, and beats as many plain steps here', async () => {
    const epsilon = 0.25;
    const automatic = await apgd({ epsilon, steps: 30, stop: 'never' }).perturb(request);
    const plain = await pgd({
      epsilon,
      steps: 30,
      stop: 'never',
      keep: 'best',
      lastLook: true,
      schedule: 'constant',
      alpha: 0.5,
    }).perturb(request);
    const most = ({ samples: found }: AttackResult) =>
      found.map(({ trajectory }) => Math.max(...trajectory.probability));
    const reached = (await predict(subject, automatic.adversarial)).map(
      ({ probabilities }, at) => probabilities[goal.classes[at]!]!,
    );
    most(automatic).forEach((value, at) => expect(reached[at]).toBeCloseTo(value, 5));
    most(plain).forEach((value, at) => expect(reached[at]).toBeGreaterThanOrEqual(value - 1e-3));
  });
});

describe('warnings', () => {
  it('of gradients that vanish', async () => {
    // Logits so far apart that float32 has no slope of the cross-entropy left.
    const rows = [0, 1, 2].map((row) => Array.from({ length: components }, (_, at) => (at === row ? 1e4 : 0)));
    const steep = subjectOf([flatten('flat'), linear('logits', rows, [0, 4e4, 0])]);
    const { samples: found } = await pgd({ steps: 2 }).perturb({
      subject: steep,
      pixels: takeTensor(pixels, [0]),
      goal: { kind: 'untargeted', classes: [1] },
      seeds: [1],
    });
    expect(found[0]!.warnings).toEqual([
      'the gradient was zero at 2 of 2 evaluations (100 %): such a failure tells nothing of robustness',
    ]);
  });

  const softmax: ChainStep = {
    operator: 'Softmax',
    name: 'probabilities',
    forward: ({ dims, data }) => {
      const classes = dims[1]!;
      const exponentials = data.map(Math.exp);
      return {
        dims,
        data: exponentials.map((value, at) => {
          const start = Math.floor(at / classes) * classes;
          return value / exponentials.subarray(start, start + classes).reduce((sum, one) => sum + one, 0);
        }),
      };
    },
    backward({ dims, data }, gradient) {
      const classes = dims[1]!;
      const { data: p } = this.forward({ dims, data });
      return p.map((value, at) => {
        const start = Math.floor(at / classes) * classes;
        const mean = p
          .subarray(start, start + classes)
          .reduce((sum, one, place) => sum + one * gradient[start + place]!, 0);
        return value * (gradient[at]! - mean);
      });
    },
  };
  const rows = [0, 1, 2].map((row) => Array.from({ length: components }, (_, at) => Math.sin(row + 3 * at)));
  const ending = (last: readonly ChainStep[], change: (model: Model) => Model = (model) => model) => {
    const inner = subjectOf([flatten('flat'), linear('logits', rows, [0, 0.2, 0.1]), ...last]);
    const { model } = inner.subject;
    return new PixelSubject(new ImageClassifier({ model: change(model) }), normalisation, size);
  };
  const attack = pgd({ steps: 6, stop: 'never', lastLook: true });
  const three = { pixels, seeds, goal: { kind: 'targeted', classes: [0, 1, 2, 0, 1] } } as const;

  it('of a model that ends with a softmax: none, its logits are attacked', async () => {
    const plain = await attack.perturb({ ...three, subject: ending([]) });
    const closed = await attack.perturb({ ...three, subject: ending([softmax]) });
    expect(closed).toEqual(plain);
    for (const { warnings } of closed.samples) expect(warnings).toEqual([]);
  });

  it('of a model that only has probabilities: the attack works on their logarithms', async () => {
    const hidden = ending([softmax], (model) => hideLayers(model));
    expect(hidden.subject.classes?.kind).toBe('probability');
    const plain = await attack.perturb({ ...three, subject: ending([]) });
    const closed = await attack.perturb({ ...three, subject: hidden });
    expect(closed.adversarial).toEqual(plain.adversarial);
    closed.samples.forEach(({ warnings, trajectory }, sample) => {
      expect(warnings).toEqual([
        '"probabilities" holds probabilities and no logits can be asked for: the attack works on their logarithms',
      ]);
      trajectory.probability.forEach((probability, at) => {
        expect(probability).toBeCloseTo(plain.samples[sample]!.trajectory.probability[at]!, 6);
        expect(trajectory.logit[at]).toBeCloseTo(Math.log(probability), 5);
      });
    });
  });

  it('of a model without a graph whose outputs look like probabilities', async () => {
    const dark = ending([softmax], (model) => hideLayers(model, true));
    expect(dark.subject.classes?.kind).toBe('logit');
    const plain = await attack.perturb({ ...three, subject: ending([]) });
    const closed = await attack.perturb({ ...three, subject: dark });
    expect(closed.adversarial).toEqual(plain.adversarial);
    expect(closed.samples[0]!.warnings).toEqual([
      '"probabilities" looks like probabilities: name the logits if the model has them',
    ]);
  });

  it('of a model that is random', async () => {
    let looks = 0;
    const random = ending([], (model) => ({
      ...sharing(model),
      async run(feeds, fetch) {
        const found = await model.run(feeds, fetch);
        looks += 1;
        const { logits } = found;
        return {
          ...found,
          logits: float32(
            (logits!.data as Float32Array).map((value) => value + 0.1 * looks),
            logits!.dims,
          ),
        };
      },
    }));
    const { samples: found } = await attack.perturb({ ...three, subject: random });
    for (const { warnings } of found)
      expect(warnings[0]).toMatch(/two looks at one picture differ by .* the model is random/);
  });
});

describe('a model that an attack does not fit', () => {
  it('has too few classes for the ratio of logits', async () => {
    const two = linearModel('two', 2);
    const outcome = pgd({ objective: 'dlr' }).perturb({
      ...request,
      goal: { ...goal, classes: [0, 1, 0, 1, 0] },
      subject: two.subject,
    });
    await expect(outcome).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('turns out to have one score where nothing told how many', async () => {
    const { model } = subjectOf([flatten('flat'), linear('logits', [Array(components).fill(0.1)], [0])]).subject;
    const outputs = model.outputs.map((output) => ({ ...output, dims: ['N', 'C'] }));
    const inner = new ImageClassifier({ model: { ...sharing(model), outputs } as Model });
    expect(inner.classCount).toBeUndefined();
    const outcome = pgd().perturb({
      subject: new PixelSubject(inner, normalisation, size),
      ...{ pixels: takeTensor(pixels, [0]), goal: { kind: 'untargeted', classes: [0] }, seeds: [1] },
    });
    await expect(outcome).rejects.toMatchObject({ code: 'OPTION_INVALID', found: expect.stringMatching(/1 class/) });
  });

  it('has gradients and compiles no programs', async () => {
    const { model } = subject.subject;
    const { compile, ...plain } = sharing(model as DifferentiableModel);
    expect(compile).toBeDefined();
    const inner = new ImageClassifier({ model: plain as Model });
    const other = new PixelSubject(inner, normalisation, size);
    await expect(pgd().perturb({ ...request, subject: other })).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
      message: 'The attack "pgd" cannot be used with this model.',
      expected: 'a backend with compiled programs',
    });
  });

  it('is compiled once for each goal, and closed by dispose', async () => {
    const events: string[] = [];
    const watched = watch(subject.subject.model as DifferentiableModel, () => undefined, events);
    const attack = pgd(paper);
    const kinds = ['targeted', 'untargeted', 'targeted'] as const;
    for (const kind of kinds) await attack.perturb({ ...request, goal: { ...goal, kind }, subject: watched });
    await attack.dispose();
    expect(events).toEqual(['compiled', 'compiled', 'closed', 'closed']);
  });
});

/** A model with the same methods, of which some may be replaced. */
function sharing(model: Model): DifferentiableModel {
  const of = model as Required<DifferentiableModel>;
  const { inputs, outputs, layers, origin, graph } = of;
  return {
    inputs,
    outputs,
    layers,
    origin,
    graph,
    run: (...given) => of.run(...given),
    differentiate: (given) => of.differentiate(given),
    compile: (program) => of.compile(program),
    differentiability: (...given) => of.differentiability(...given),
    close: () => of.close(),
  };
}

function hideLayers(model: Model, andGraph = false): Model {
  const { graph, ...others } = sharing(model);
  return { ...others, layers: [], ...(!andGraph && graph && { graph }) };
}

/** The same subject, with a word on each run of a compiled program. */
function watch(model: DifferentiableModel, ran: (rows: number) => void, events: string[] = []): PixelSubject {
  const watched: DifferentiableModel = {
    ...sharing(model),
    async compile(program) {
      const compiled = await model.compile!(program);
      events.push('compiled');
      return {
        run(inputs) {
          ran(inputs['pixels']!.dims[0]!);
          return compiled.run(inputs);
        },
        async close() {
          events.push('closed');
          await compiled.close();
        },
      };
    },
  };
  return new PixelSubject(new ImageClassifier({ model: watched }), normalisation, size);
}
