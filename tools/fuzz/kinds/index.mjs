import * as command from './command.mjs';
import * as configuration from './configuration.mjs';
import * as control from './control.mjs';
import * as image from './image.mjs';
import * as numbers from './numbers.mjs';
import * as onnx from './onnx.mjs';
import * as plugin from './plugin.mjs';
import * as runFolder from './run-folder.mjs';
import * as tfjs from './tfjs.mjs';

/** Every kind of case with how often it is drawn. */
export const kinds = [
  { kind: control, weight: 2 },
  { kind: onnx, weight: 12 },
  { kind: numbers, weight: 4 },
  { kind: tfjs, weight: 6 },
  { kind: image, weight: 5 },
  { kind: configuration, weight: 5 },
  { kind: runFolder, weight: 3 },
  { kind: plugin, weight: 5 },
  { kind: command, weight: 4 },
];
