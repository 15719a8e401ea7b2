import { canvasCodec } from '@understory/imaging/canvas';
import { explainOne } from './one-explanation.ts';

const picture = new Uint8Array(await (await fetch('/files/picture.png')).arrayBuffer());
const results = await explainOne(canvasCodec, picture).catch((error: unknown) => ({ error: String(error) }));
await fetch('/results', { method: 'POST', body: JSON.stringify(results) });
