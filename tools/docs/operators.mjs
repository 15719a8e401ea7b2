// Prints the page of operators from the built rules: npm run build && node tools/docs/operators.mjs > docs/operators.md
// With --names the short list that stands in the README of onnx-autodiff.
import {
  gradientRules,
  leftOut,
  leftOutOfMicrosoft,
  operatorNames,
  operatorsPage,
  writtenOtherwise,
} from '@understory/onnx-autodiff';

const rules = [...gradientRules.values()];
const lists = { leftOut, leftOutOfMicrosoft, writtenOtherwise };
const names = process.argv.includes('--names');
process.stdout.write(names ? operatorNames(rules) : operatorsPage(rules, lists));
