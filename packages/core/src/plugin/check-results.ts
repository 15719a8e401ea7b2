import type { AttackRequest, AttackResult } from '../contracts/attack.ts';
import type { Experiment } from '../contracts/experiment.ts';
import type { ExplainRequest, HeatMap } from '../contracts/explainer.ts';
import type { MaskRequest } from '../contracts/mask.ts';
import type { Box, Measurement, Metric, MetricRequest } from '../contracts/metric.ts';
import type { Feeds, Model } from '../contracts/model.ts';
import type { DrawnOver, ProbeItem, ProbeSection, ProbeSummary } from '../contracts/probe.ts';
import type { Visualisation, VisualisationRequest } from '../contracts/visualiser.ts';
import { errors } from '../errors/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checker, isFloat32 } from './checker.ts';
import type { GuardedContribution } from './guarded-contribution.ts';

/** One finite map a sample; throws PLUGIN_RESULT_INVALID and HEAT_MAP_NOT_FINITE. */
export function checkHeatMaps(
  result: unknown,
  { feeds }: Pick<ExplainRequest, 'feeds'>,
  of: GuardedContribution,
): readonly HeatMap[] {
  const check = checker(of);
  const samples = samplesIn(feeds);
  const maps = check.list(result, 'maps', samples);
  for (const [sample, map] of maps.entries()) {
    const { height, width, data, layer, reading, details } = check.object<HeatMap>(map, `map ${sample + 1}`);
    const what = `map ${sample + 1}`;
    check.that(isSize(height) && isSize(width), `${what} of ${String(height)} x ${String(width)}`, 'sizes from 1');
    check.that(isFloat32(data), `${what} with data that are no Float32Array`, 'a Float32Array');
    const size = `${what} of ${height} x ${width} with ${data.length} values`;
    check.that(data.length === height * width, size, `${height * width} values`);
    check.that(
      isOptional(layer, 'string') && isOptional(reading, 'string'),
      `${what} with a layer that is no text`,
      'a text',
    );
    check.details(details, what);
    const broken = data.filter((value) => !Number.isFinite(value));
    if (broken.length > 0) {
      const where = samples === 1 ? '' : ` of sample ${sample + 1}`;
      throw errors.heatMapNotFinite({ found: `${broken[0]}, in ${broken.length} of ${data.length} places${where}` });
    }
  }
  return maps as readonly HeatMap[];
}

/** One measurement a sample, within the range of the metric; throws PLUGIN_RESULT_INVALID. */
export function checkMeasurements(
  result: unknown,
  { maps }: Pick<MetricRequest, 'maps'>,
  { range, values }: Pick<Metric, 'range' | 'values'>,
  of: GuardedContribution,
): readonly Measurement[] {
  const check = checker(of);
  const found = check.list(result, 'measurements', maps.length);
  const [low, high] = check.list(range, 'ends of its range', 2) as readonly number[];
  for (const [sample, each] of found.entries()) {
    const what = `measurement ${sample + 1}`;
    const { value, reason, curve, details } = check.object<Measurement>(each, what);
    if (value === undefined) {
      check.that(
        typeof reason === 'string' && reason.trim() !== '',
        `${what} without a value or a reason`,
        'one of both',
      );
    } else {
      const isWithin = Number.isFinite(value) && value >= low! - slack(low!) && value <= high! + slack(high!);
      check.that(isWithin, `the value ${String(value)}`, `a number from ${low} to ${high}`);
      check.that(values !== 'binary' || value === 0 || value === 1, `the value ${value}`, '0 or 1');
    }
    if (curve !== undefined) {
      const { x, y } = check.object<NonNullable<Measurement['curve']>>(curve, `the curve of ${what}`);
      const fits = areNumbers(x) && areNumbers(y) && x.length === y.length;
      check.that(fits, `a curve of ${what} that is no list of points`, 'as many finite x as finite y');
    }
    check.details(details, what);
  }
  return found as readonly Measurement[];
}

/** Pixels of the same form in 0..1, and what became of each sample; throws PLUGIN_RESULT_INVALID. */
export function checkAttackResult(
  result: unknown,
  { pixels, goal }: AttackRequest,
  of: GuardedContribution,
): AttackResult {
  const check = checker(of);
  const attacked = check.object<AttackResult>(result, 'the result');
  check.pixels(attacked.adversarial, pixels.dims, 'the adversarial pixels');
  for (const [at, sample] of check.list(attacked.samples, 'attacked samples', pixels.dims[0]!).entries()) {
    const what = `attacked sample ${at + 1}`;
    const { success, evaluations, updates, trajectory, warnings } = check.object<AttackResult['samples'][number]>(
      sample,
      what,
    );
    check.that(typeof success === 'boolean', `${what} with the success ${String(success)}`, 'true or false');
    check.that(
      isCount(evaluations) && isCount(updates),
      `${what} without counts of evaluations and updates`,
      'whole numbers',
    );
    const { probability, logit, originalProbability, originalLogit } = check.object<typeof trajectory>(
      trajectory,
      `the trajectory of ${what}`,
    );
    const lists: readonly unknown[] = [probability, logit, originalProbability, originalLogit];
    const isOfNoClass = goal.kind === 'raise';
    const fits = lists.every(
      (list) => Array.isArray(list) && (list.length === logit.length || (isOfNoClass && list.length === 0)),
    );
    const expected = isOfNoClass ? 'lists of equal length, empty but for the numbers' : 'four lists of equal length';
    check.that(fits, `a trajectory of ${what} without its lists of equal length`, expected);
    check.that(areTexts(warnings), `warnings of ${what} that are no texts`, 'texts');
  }
  return attacked;
}

/** One mask `[H, W]` a sample with weights in 0..1; throws PLUGIN_RESULT_INVALID. */
export function checkMasks(
  result: unknown,
  { height, width, samples }: MaskRequest,
  of: GuardedContribution,
): readonly Tensor<'float32'>[] {
  const check = checker(of);
  const masks = check.list(result, 'masks', samples);
  for (const [at, mask] of masks.entries()) check.pixels(mask, [height, width], `mask ${at + 1}`);
  return masks as readonly Tensor<'float32'>[];
}

/** One picture that the model takes, and finite numbers; throws PLUGIN_RESULT_INVALID. */
export function checkVisualisation(
  result: unknown,
  { subject: { channels, height, width } }: Pick<VisualisationRequest, 'subject'>,
  of: GuardedContribution,
): Visualisation {
  const check = checker(of);
  const { pixels, value, trajectory, warnings } = check.object<Visualisation>(result, 'the visualisation');
  check.pixels(pixels, [1, channels, height, width], 'the picture');
  check.that(Number.isFinite(value), `the value ${String(value)}`, 'a finite number');
  check.that(areNumbers(trajectory), 'a trajectory that is no list of numbers', 'finite numbers');
  const isText = Array.isArray(warnings) && warnings.every((text) => typeof text === 'string');
  check.that(isText, 'warnings that are no list of texts', 'a list of texts');
  return result as Visualisation;
}

/** Throws PLUGIN_RESULT_INVALID where it is no model. */
export function checkModel(result: unknown, of: GuardedContribution): Model {
  const check = checker(of);
  const model = check.object<Model>(result, 'the model');
  const lists: readonly unknown[] = [model.inputs, model.outputs, model.layers];
  check.that(lists.every(Array.isArray), 'a model without lists of inputs, outputs and layers', 'the three lists');
  const runs = typeof model.run === 'function' && typeof model.close === 'function';
  check.that(runs, 'a model without run or close', 'both functions');
  check.object(model.origin, 'the origin of the model');
  return model;
}

/** Throws PLUGIN_RESULT_INVALID where it is no experiment. */
export function checkExperiment<Row, Summary>(
  result: Experiment<ProbeItem, Row, Summary>,
  of: GuardedContribution,
): Experiment<ProbeItem, Row, Summary> {
  const check = checker(of);
  const { rows, summarise } = check.object<typeof result>(result, 'the experiment');
  const fits = typeof rows === 'function' && typeof summarise === 'function';
  check.that(fits, 'an experiment without rows or summarise', 'both functions');
  return result;
}

/** Rows that JSON can hold; throws PLUGIN_RESULT_INVALID. */
export function checkProbeRows<Row>(result: readonly Row[], of: GuardedContribution): readonly Row[] {
  const check = checker(of);
  check.that(Array.isArray(result), `${typeof result} for rows`, 'a list of rows');
  for (const [at, row] of result.entries()) check.object(row, `row ${at + 1}`);
  check.finite(result, 'its rows');
  return result;
}

/** Throws PLUGIN_RESULT_INVALID where it is not what reports read. */
export function checkProbeSummary<Summary extends ProbeSummary>(result: Summary, of: GuardedContribution): Summary {
  const check = checker(of);
  const {
    images,
    verdict,
    estimates,
    curves,
    charts = [],
    examples,
    remarks = [],
    sections = [],
  } = check.object<ProbeSummary>(result, 'the summary');
  check.that(isCount(images), `a summary of ${String(images)} images`, 'a whole number');
  const { statement } = check.object<ProbeSummary['verdict']>(verdict, 'the verdict');
  check.that(typeof statement === 'string', 'a verdict without a statement', 'a text');
  const lists: readonly unknown[] = [estimates, curves, examples, charts, sections];
  check.that(lists.every(Array.isArray), 'a summary without estimates, curves and examples', 'the three lists');
  check.that(areTexts(remarks), 'remarks that are no texts', 'texts');
  for (const [at, each] of [...estimates, ...curves, ...examples, ...charts].entries())
    check.object(each, `entry ${at + 1} of its lists`);
  for (const [at, section] of sections.entries()) {
    const what = `section ${at + 1}`;
    const own = check.object<ProbeSection>(section, what);
    check.that(typeof own.title === 'string' && own.title.trim() !== '', `${what} without a title`, 'a text');
    const parts: readonly unknown[] = [own.estimates, own.charts, own.examples];
    check.that(parts.every(Array.isArray), `${what} without estimates, charts and examples`, 'the three lists');
    check.that(areTexts(own.remarks), `${what} with remarks that are no texts`, 'texts');
    for (const [place, each] of [...own.estimates, ...own.charts, ...own.examples].entries())
      check.object(each, `entry ${place + 1} of the lists of ${what}`);
  }
  check.finite(result, 'its summary');
  return result;
}

/** A picture `[1, C, H, W]` in 0..1; throws PLUGIN_RESULT_INVALID. */
export function checkKept(
  pixels: Tensor<'float32'>,
  name: string,
  drawn: DrawnOver | undefined,
  of: GuardedContribution,
): void {
  const check = checker(of);
  const { dims = [] } = check.object<typeof pixels>(pixels, `the picture "${name}"`);
  const [one, channels = 0, height, width] = dims;
  const fits = dims.length === 4 && one === 1 && isSize(channels) && isSize(height) && isSize(width);
  check.that(fits, `a picture "${name}" of [${dims.join(', ')}]`, '[1, channels, height, width]');
  check.pixels(pixels, dims, `the picture "${name}"`);
  if (drawn === undefined) return;
  const { heat, boxes = [] } = check.object<DrawnOver>(drawn, `what is drawn over "${name}"`);
  if (heat !== undefined) {
    const { height: high, width: wide, data } = check.object<HeatMap>(heat, `the map over "${name}"`);
    const isMap = isSize(high) && isSize(wide) && isFloat32(data) && data.length === high * wide;
    check.that(isMap, `a map over "${name}" of ${String(high)} x ${String(wide)}`, 'a value for each place');
    check.finite(Array.from(data), `the map over "${name}"`);
  }
  check.list(boxes, `boxes over "${name}"`, undefined);
  for (const { box, label } of boxes) {
    const sides = Object.values(check.object<Box>(box, `a box over "${name}"`));
    const isBox = sides.length === 4 && sides.every(Number.isFinite) && typeof label === 'string';
    check.that(isBox, `a box over "${name}" of ${sides.join(', ')}`, 'four finite numbers and a label');
  }
}

/** What rounding may add to a value at the end of a range. */
function slack(end: number): number {
  return Number.isFinite(end) ? 1e-9 * (1 + Math.abs(end)) : 0;
}

/** The batch that the feeds carry; undefined where they carry none, which is for the explainer to refuse. */
function samplesIn(feeds: Feeds): number | undefined {
  const sizes = new Set(Object.values(feeds).map(({ dims }) => dims[0]));
  return sizes.size === 1 ? [...sizes][0] : undefined;
}

function isSize(value: unknown): boolean {
  return isCount(value) && value !== 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isOptional(value: unknown, type: string): boolean {
  return value === undefined || typeof value === type;
}

function areNumbers(list: unknown): list is readonly number[] {
  return Array.isArray(list) && list.every(Number.isFinite);
}

function areTexts(list: unknown): boolean {
  return Array.isArray(list) && list.every((each) => typeof each === 'string');
}
