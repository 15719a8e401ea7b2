import { nodeEnvironment } from '@understory/environment-node';
import { openStudy, parseStudySpec, type ShownImage, type StudySpec } from '@understory/studies';

/** What Node says of a picture by Grad-CAM. */
export async function explainedInNode(model: string, picture: string): Promise<ShownImage> {
  const input = { version: 1, study: 'explain', model, images: { from: [picture] } };
  const spec = parseStudySpec(input) as Extract<StudySpec, { study: 'explain' }>;
  let shown: ShownImage | undefined;
  const study = await openStudy(spec, nodeEnvironment({ cwd: import.meta.dirname }), {
    onShown: async (each) => void (shown = each),
  });
  for await (const event of study.explain()) if ('error' in event) throw event.error;
  await study.close();
  return shown!;
}
