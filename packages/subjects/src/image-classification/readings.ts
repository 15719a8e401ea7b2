import type { Evidence, Model, ModelFacts, SubjectReading } from '@understory/core';
import { closingNode, closingOperatorOf, scoresBehind } from '@understory/core';
import { folderFacts, labelsOf } from '../evidence/folder.ts';
import { headOf, isFewMaps } from '../evidence/head.ts';
import { isAuxiliary, namedAs } from '../evidence/names.ts';
import { boundsNumbers, numbers } from '../evidence/numbers.ts';
import { isNormalised } from '../evidence/normalised.ts';
import { isStep, rowsOf, type Row } from '../evidence/outputs.ts';
import { isClassCount, isEmbeddingWidth, isLandmarkSize } from '../evidence/sizes.ts';

/** The reading of outputs where each class is judged by itself, or one of all is chosen, whatever the graph ends with. */
export const forms = { several: 'multi-label', one: 'single-label' } as const;

/** Every output whose numbers may be the scores of classes. */
export function classReadings(facts: ModelFacts): readonly SubjectReading[] {
  const { model } = facts;
  const rows = rowsOf(facts);
  const names = rows.map(({ spec }) => spec.name);
  const fitting = rows.filter((row) => fitsLabels(row, facts));
  const { architectures, problemType, task, classCount } = folderFacts(facts.folder);
  const says = (row: Row): readonly [Evidence, string] => {
    const { name } = row.spec;
    if (fitting.length === 1 && fitting[0] === row) {
      return ['folder', `the ${labelsOf(facts)!.length} labels fit "${name}" and no other output`];
    }
    const architecture = architectures.find((each) => /ForImageClassification/i.test(each));
    const chosen = chosenByFolder(rows, facts);
    if (chosen === row && problemType !== 'regression') {
      if (architecture !== undefined) return ['folder', `the folder's architecture is ${architecture}`];
      if (problemType?.endsWith('label_classification'))
        return ['folder', `the folder's problem type is ${problemType}`];
      if (task === 'image-classification' || task === 'classify') return ['folder', `the folder's task is ${task}`];
      if (classCount !== undefined && classCount === row.count && classCount > 0) {
        return ['folder', `the folder says that the network has ${classCount} classes`];
      }
    }
    const [level, why] = graphSays(model, row);
    if (level === 'graph' && isAuxiliary(name)) return ['shape', `"${name}" is named as an auxiliary head`];
    if (level === 'graph' && isStep(model, name, names))
      return ['shape', `${why}, but another output is computed from it`];
    return [level, why];
  };
  const form =
    problemType === 'multi_label_classification'
      ? forms.several
      : problemType === 'single_label_classification'
        ? forms.one
        : undefined;
  return rows.map((row) => {
    const [level, why] = says(row);
    return { evidence: level, why, tensors: { scores: scoresOf(facts, row) }, ...(form && { form }) };
  });
}

/** Where the scores lie: what the user named, else what is in front of a closing softmax or sigmoid. */
function scoresOf({ model, outputs }: ModelFacts, { spec }: Row): string {
  return outputs === undefined ? scoresBehind(model, spec).spec.name : spec.name;
}

/** Whether the labels of the classes are as many as the scores; one score a sample can be of one class or of two. */
function fitsLabels({ spec, count }: Row, facts: ModelFacts): boolean {
  const labels = labelsOf(facts)?.length;
  if (labels === undefined || namedAs(spec.name) === 'numbers') return false;
  return count === labels || (count === 1 && labels === 2);
}

/** The output that a folder speaks of when it says that the network is a classifier. */
function chosenByFolder(rows: readonly Row[], facts: ModelFacts): Row | undefined {
  const { classCount } = folderFacts(facts.folder);
  const wanted = classCount ?? labelsOf(facts)?.length;
  const named = rows.filter(({ spec }) => spec.name === 'logits');
  const fitting = rows.filter(({ count }) => wanted !== undefined && count === wanted);
  return [named, fitting, rows].find((group) => group.length === 1)?.[0];
}

function graphSays(model: Model, { spec, count }: Row): readonly [Evidence, string] {
  const { name } = spec;
  const operator = closingNode(model.graph, name)?.operator;
  const closing = closingOperatorOf(closingNode(model.graph, name));
  const named = namedAs(name);
  const many = count === undefined ? 'the scores' : `${count} numbers`;
  if (closing === 'Softmax' || closing === 'LogSoftmax') {
    return count === 1
      ? ['shape', `a softmax over one number closes "${name}", which says nothing`]
      : ['graph', `${closing === 'Softmax' ? 'a softmax' : 'a log-softmax'} over ${many} closes "${name}"`];
  }
  if (named === 'numbers' || named === 'features') {
    return ['shape', `"${name}" holds ${numbers(count)}, though its name does not speak of classes`];
  }
  if (closing === 'Sigmoid' && count !== 4) {
    return count === 1
      ? ['graph', `a sigmoid of one number closes "${name}": one class against the other`]
      : ['graph', `a sigmoid closes "${name}", which judges ${many} one by one`];
  }
  if (closing === 'Sigmoid') return ['shape', `a sigmoid closes the 4 numbers of "${name}": four labels, or a box`];
  if (operator !== undefined && boundsNumbers.has(operator)) {
    return [
      'shape',
      `"${name}" holds ${numbers(count)}, though ${operator} closes it, which scores of classes do not need`,
    ];
  }
  if (named === 'classes') return ['graph', `the name "${name}" speaks of classes`];
  if (count === 1) return ['shape', `"${name}" is one number: the logit of one class against the other, or a quantity`];
  if (isNormalised(model.graph, name))
    return ['shape', `"${name}" holds ${numbers(count)}, though they form a unit vector`];
  const head = headOf(model, name);
  if (isClassCount(count) && head.endsWith === undefined) {
    return ['graph', `"${name}" has ${count} numbers, as many as a well-known set of classes`];
  }
  if (head.pooling === undefined) return ['shape', `"${name}" holds ${numbers(count)}`];
  if ((head.isOfMaps && !isEmbeddingWidth(count)) || isFewMaps(head, count)) {
    return ['graph', `"${name}" is ${head.pooling} of a map for each class`];
  }
  if (!head.isDense || head.endsWith !== undefined) {
    return ['shape', `"${name}" holds ${numbers(count)}, though no dense layer scores them`];
  }
  if (isEmbeddingWidth(count)) {
    return ['shape', `${head.pooling} and a dense layer give "${name}", but embeddings have ${count} numbers too`];
  }
  if (isLandmarkSize(count)) {
    return ['shape', `${head.pooling} and a dense layer give "${name}", but coordinates of landmarks are ${count} too`];
  }
  return ['graph', `${head.pooling} and a dense layer give "${name}"`];
}
