import { useEffect, useState } from 'preact/hooks';
import { addFiles } from './actions.ts';
import { filesOfDrop } from './dropped.ts';
import { Answers } from './parts/Answers.tsx';
import { Explainers } from './parts/Explainers.tsx';
import { Help, isHelpOpen } from './parts/Help.tsx';
import { Keep } from './parts/Keep.tsx';
import { ModelPanel } from './parts/ModelPanel.tsx';
import { PicturePanel } from './parts/PicturePanel.tsx';
import { Tasks } from './parts/Tasks.tsx';
import { Tools } from './parts/Tools.tsx';
import { about } from './state.ts';
import { isDark, toggleTheme } from './theme.ts';

/** The page. */
export function App() {
  const isDropping = useDrop();
  return (
    <>
      <a class="skip" href="#stage">
        To the picture
      </a>
      <header class="top">
        <h1>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M16 4c4.200 3 7 6.700 7 11a7 7 0 0 1-6 6.900V28h-2v-6.100A7 7 0 0 1 9 15c0-4.300 2.800-8 7-11Z" />
            <circle cx="16" cy="15" r="2.800" />
          </svg>
          Understory <span>Studio</span>
        </h1>
        <p class="private" title="The page may fetch nothing from elsewhere; the browser is told to refuse it.">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M4 7V5a4 4 0 0 1 8 0v2h1v7H3V7h1Zm2 0h4V5a2 2 0 0 0-4 0v2Z" />
          </svg>
          <span>
            Nothing leaves this machine
            {about.value !== null && (
              <span class="quiet">{about.value.kind === 'served' ? ', served here' : ', computed in this page'}</span>
            )}
          </span>
        </p>
        <div class="row">
          <button type="button" class="plain" onClick={toggleTheme} aria-label={`To ${isDark() ? 'light' : 'dark'}`}>
            {isDark() ? 'Light' : 'Dark'}
          </button>
          <button type="button" class="plain" onClick={() => (isHelpOpen.value = true)}>
            Keys <kbd aria-hidden="true">?</kbd>
          </button>
        </div>
      </header>
      <Tasks />
      <div class="panes">
        <div class="pane pane-left">
          <ModelPanel />
          <PicturePanel />
        </div>
        <main class="pane pane-middle" id="stage" tabIndex={-1}>
          <Tools />
        </main>
        <aside class="pane pane-right" aria-label="Answers and explainers">
          <section class="panel" aria-labelledby="says-head">
            <h2 id="says-head">The network says</h2>
            <Answers />
          </section>
          <section class="panel" aria-labelledby="explainers-head">
            <h2 id="explainers-head">Explained by</h2>
            <Explainers />
          </section>
          <section class="panel" aria-labelledby="keep-head">
            <h2 id="keep-head">Keep</h2>
            <Keep />
          </section>
        </aside>
      </div>
      {isDropping && <div class="drop">Drop pictures, an .onnx file, a model folder or a model.json</div>}
      <Help />
    </>
  );
}

/** Takes what is dropped anywhere in the window; whether something is held over it. */
function useDrop(): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (event.dataTransfer === null || event.dataTransfer.files.length === 0) return;
      event.preventDefault();
      void filesOfDrop(event.dataTransfer).then(addFiles);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return isOver;
}
