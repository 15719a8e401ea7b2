import type { Evidence, Model, ModelFacts, SubjectReading } from '@understory/core';
import { closingNode, closingOperatorOf } from '@understory/core';
import { folderFacts, labelsOf } from '../evidence/folder.ts';
import { headOf, isFewMaps } from '../evidence/head.ts';
import { namedAs } from '../evidence/names.ts';
import { numbers } from '../evidence/numbers.ts';
import { isNormalised } from '../evidence/normalised.ts';
import { isStep, rowsOf, type Row } from '../evidence/outputs.ts';
import { isClassCount, isEmbeddingWidth } from '../evidence/sizes.ts';

/** Every output that may be an embedding of the picture. */
export function featureReadings(facts: ModelFacts): readonly SubjectReading[] {
  const { model, outputs } = facts;
  const rows = rowsOf(facts).filter(({ count }) => count === undefined || count > 1);
  const names = rowsOf(facts).map(({ spec }) => spec.name);
  return rows.flatMap((row): readonly SubjectReading[] => {
    const { name } = row.spec;
    const tensors = { embedding: name };
    const inFolder = folderSays(row, rows, facts);
    if (inFolder !== undefined) return [{ evidence: 'folder', why: inFolder, tensors }];
    const found = graphSays(model, row);
    if (found !== undefined) {
      const [level, why] = found;
      if (level === 'graph' && isStep(model, name, names)) {
        return [{ evidence: 'shape', why: `${why}, but another output is computed from it`, tensors }];
      }
      return [{ evidence: level, why, tensors }];
    }
    const isWide = isEmbeddingWidth(row.count) && labelsOf(facts)?.length !== row.count;
    if (!isWide && outputs === undefined) return [];
    const why = isWide
      ? `"${name}" holds ${numbers(row.count)}, as embeddings often do`
      : `"${name}" holds ${numbers(row.count)}, which a cosine can compare`;
    return [{ evidence: 'shape', why, tensors }];
  });
}

function folderSays(row: Row, rows: readonly Row[], { folder }: ModelFacts): string | undefined {
  const { architectures, classCount, task } = folderFacts(folder);
  const named = rows.filter(({ spec }) => namedAs(spec.name) === 'features');
  const isChosen = named.length === 1 ? named[0] === row : rows.length === 1;
  if (!isChosen) return undefined;
  const architecture = architectures.find(
    (each) => /Vision(?:Transformer)?Model(?:WithProjection)?$/.test(each) || isBare(each),
  );
  if (architecture !== undefined) return `the folder's architecture is ${architecture}, which has no head for a task`;
  if (classCount === 0) return 'the folder says that the network has no classes';
  return task === 'image-feature-extraction' || task === 'feature-extraction'
    ? `the folder's task is ${task}`
    : undefined;
}

/** `ViTModel`, `ResNetModel`: the network without a head. */
function isBare(architecture: string): boolean {
  return /^[A-Za-z\d]+Model$/.test(architecture) && !/For[A-Z]/.test(architecture);
}

function graphSays(model: Model, { spec, count }: Row): readonly [Evidence, string] | undefined {
  const { name } = spec;
  const named = namedAs(name);
  if (isNormalised(model.graph, name)) return ['graph', `"${name}" is divided by its length at the end`];
  if (closingOperatorOf(closingNode(model.graph, name)) !== undefined) return undefined;
  if (named === 'features') return ['graph', `the name "${name}" speaks of features`];
  if (named !== undefined) return undefined;
  const { pooling, isDense, isOfMaps, endsWith } = headOf(model, name);
  if (endsWith !== undefined && (pooling !== undefined || isDense)) {
    const what = endsWith === 'BatchNormalization' ? 'a batch normalisation' : 'a layer normalisation';
    return ['graph', `${what} closes "${name}", as it does embeddings`];
  }
  if (pooling === undefined || isDense || isClassCount(count) || (isOfMaps && !isEmbeddingWidth(count)))
    return undefined;
  if (isFewMaps(headOf(model, name), count)) return undefined;
  return ['graph', `"${name}" is ${pooling} with no dense layer behind it`];
}
