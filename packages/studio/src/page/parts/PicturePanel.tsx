import { useEffect, useRef } from 'preact/hooks';
import { addFiles, showPicture } from '../actions.ts';
import { filesOfInput } from '../dropped.ts';
import { engine, picture, pictures } from '../state.ts';
import { fileName } from '../words.ts';
import { Problem } from './Problem.tsx';

/** The pictures to choose from, and a way to add one's own. */
export function PicturePanel() {
  return (
    <section class="panel" aria-labelledby="picture-head">
      <h2 id="picture-head">Picture</h2>
      <ul class="thumbs" aria-label="Pictures">
        {pictures.value.map((path) => (
          <li key={path}>
            <button
              type="button"
              class="thumb"
              aria-pressed={path === picture.value}
              onClick={() => void showPicture(path)}
              title={path}
            >
              <Thumb path={path} />
              <span class="only-read">{fileName(path)}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="row">
        <label class="file">
          Add pictures or a model
          <input type="file" multiple onChange={(event) => void addFiles(filesOfInput(event.currentTarget))} />
        </label>
        <label class="file">
          Add a folder
          <input
            type="file"
            multiple
            {...{ webkitdirectory: true }}
            onChange={(event) => void addFiles(filesOfInput(event.currentTarget))}
          />
        </label>
      </p>
      <p class="quiet small">Or drop them anywhere. Nothing leaves this machine.</p>
      <Problem slot="files" />
    </section>
  );
}

/** A side of a small picture, in pixels. */
const side = 96;

function Thumb({ path }: { readonly path: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const own = engine.value;
    let isGone = false;
    // The map of the first picture comes before small ones of the others.
    void own?.readPicture({ path }).then(
      async ({ width, height, data }) => {
        const pixels = new ImageData(width, height);
        for (let place = 0; place < width * height; place += 1) {
          pixels.data.set(data.subarray(3 * place, 3 * place + 3), 4 * place);
          pixels.data[4 * place + 3] = 255;
        }
        const bitmap = await createImageBitmap(pixels);
        if (isGone || canvas.current === null) return;
        const cut = Math.min(width, height);
        canvas.current
          .getContext('2d')
          ?.drawImage(bitmap, (width - cut) / 2, (height - cut) / 2, cut, cut, 0, 0, side, side);
      },
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [path]);
  return <canvas ref={canvas} width={side} height={side} aria-hidden="true" />;
}
