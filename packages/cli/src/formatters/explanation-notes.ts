import type { ExplanationStudy, ImageRecord } from '@understory/studies';

/** What the record notes of a picture, and each of its maps that is the same everywhere. */
export function imageNotes({ image, maps, notes = [] }: ImageRecord): readonly string[] {
  const flat = maps.flatMap(({ explainer, target, class: explained, range: [low, high] }) => {
    if (low !== high) return [];
    const isClass = explained !== undefined;
    const what = isClass ? `${target} (class ${explained.index})` : target;
    const cause = low === 0 ? `: gradients vanish, or nothing supports ${isClass ? 'the class' : 'it'}` : '';
    return [
      `${explainer} gives ${image} a map of ${low} everywhere for ${what}${cause}; it has no information about the model`,
    ];
  });
  return [...notes.map((text) => `${image}: ${text}`), ...flat];
}

/** Tells once of each explainer that it read another layer than it was asked to, as CAM does, which is defined on one alone. */
export function layerNotes(explainers: ExplanationStudy['explainers']) {
  const told = new Set<string>();
  return {
    notes({ maps }: ImageRecord): readonly string[] {
      return maps.flatMap(({ explainer, layer }) => {
        const asked = explainers.find(({ id }) => id === explainer)?.layer;
        if (asked === undefined || layer === asked || told.has(explainer)) return [];
        told.add(explainer);
        return [`${explainer} cannot read ${asked}; it read ${layer ?? 'no layer'}`];
      });
    },
  };
}
