/** What charts are drawn with, and no more of Observable Plot than that. */
export { dot, lineY, plot, ruleY, text } from '@observablehq/plot';
