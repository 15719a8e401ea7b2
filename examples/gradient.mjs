// node examples/gradient.mjs model.onnx
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { differentiate, parseModel } from '@understory/onnx-autodiff';

const { graph, objectiveInputs, gradients } = differentiate(parseModel(await readFile(process.argv[2])), {
  objective: { kind: 'score', output: 'logits' },
  withRespectTo: ['input'],
});
const session = await InferenceSession.create(graph.encode()); // an ordinary model for any ONNX Runtime
const input = new Tensor('float32', new Float32Array(3 * 32 * 32).fill(0.5), [1, 3, 32, 32]);
const cat = new Tensor('int64', [3n], [1, 1]);
const { [gradients.input]: gradient } = await session.run({ input, [objectiveInputs[0].name]: cat });
const sum = gradient.data.reduce((total, each) => total + each);
console.log(`brighter by 1 everywhere: the logit of "cat" changes by ${sum}`);
