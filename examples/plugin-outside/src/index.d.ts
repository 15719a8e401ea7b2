import type { Explainer, Mask, PluginManifest } from '@understory/core';

declare const plugin: PluginManifest;
export default plugin;

/** How strongly a layer responds at each place, whatever is asked: the length of the vector of its channels. */
export declare const activationEnergy: Explainer;

/** Lets every other cell of a checkerboard change; the cell in the upper left corner is one of them. */
export declare function checkerboard(settings?: {
  /** The side of a cell in pixels, 8 by default. */
  readonly cell?: number;
}): Mask;
