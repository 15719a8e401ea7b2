// node examples/gradient.mjs model.onnx
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { differentiate, parseModel } from '@understory/onnx-autodiff';

const model = parseModel(await readFile(process.argv[2]));
const backward = differentiate(model, { objective: { kind: 'score', output: 'logits' }, withRespectTo: ['input'] });
const session = await InferenceSession.create(backward.graph.encode()); // an ordinary model for any ONNX Runtime
const input = new Tensor('float32', new Float32Array(3 * 32 * 32).fill(0.5), [1, 3, 32, 32]);
const cat = new Tensor('int64', [3n], [1, 1]);
const { [backward.gradients.input]: gradient } = await session.run({ input, [backward.objectiveInputs[0].name]: cat });
console.log(`+1 everywhere: the logit of "cat" changes by ${gradient.data.reduce((sum, each) => sum + each)}`);
