/** Numbers of classes that well-known data sets have: CIFAR, Tiny ImageNet, Places, ImageNet with and without background and its larger ones, iNaturalist. */
const classCounts = new Set([
  ...[10, 100, 200, 365, 1000, 1001, 1010, 5089, 8142, 9605, 10_000, 10_450, 11_221, 11_821, 21_841, 21_842, 21_843],
]);

export function isClassCount(count: number | undefined): boolean {
  return count !== undefined && classCounts.has(count);
}

const embeddingWidths = new Set([
  64, 128, 192, 256, 320, 384, 512, 640, 768, 960, 1024, 1280, 1408, 1536, 1664, 2048, 4096,
]);

/** Whether vectors of this length are as long as embeddings often are. */
export function isEmbeddingWidth(count: number | undefined): boolean {
  return count !== undefined && embeddingWidths.has(count);
}

/** Coordinates of faces with 5, 68, 98, 106, 468 and 478 points, of hands with 21 and of bodies with 17 and 33, in two and three dimensions. */
const landmarkSizes = new Set([68, 98, 106, 468, 478, 21, 17, 33].flatMap((points) => [2 * points, 3 * points]));

/** Whether so many numbers are the coordinates of a well-known set of points. */
export function isLandmarkSize(count: number | undefined): boolean {
  return count !== undefined && landmarkSizes.has(count);
}

/** The most classes that networks of no well-known data set are taken to have where their head tells nothing. */
const mostFew = 20;

/** Whether so few numbers are scores of classes, where nothing speaks for another reading; four may be a box. */
export function isFewClasses(count: number | undefined): boolean {
  return count !== undefined && count > 1 && count <= mostFew && count !== 4;
}
