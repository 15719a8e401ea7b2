import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

export const isHelpOpen = signal(false);

const keys: readonly (readonly [string, string])[] = [
  ['?', 'this list'],
  ['← →', 'the layer before and after'],
  ['↑ ↓', 'the better and the next of what the network says'],
  ['1 – 9', 'an explainer by its number'],
  ['l g d p a v w n', 'look, grid, deletion, patches, attack, visualise, words, network'],
  ['c', 'contour of the top tenth'],
  ['m', 'the next colours'],
  ['h', 'hide the map, or show it'],
  ['s', 'shuffle the patches'],
  ['b', 'the patches back'],
  ['t', 'light or dark'],
  ['Esc', 'cancel what is being done'],
];

/** What every key does. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (isOpen && dialog.current?.open === false) dialog.current.showModal();
    if (!isOpen) dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-head" onClose={() => (isHelpOpen.value = false)}>
      <h2 id="help-head">Keys</h2>
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        The studio computes on this machine: in this page, or in the server that printed its address. It fetches nothing
        from elsewhere, and the browser is told to refuse it.
      </p>
      <button type="button" onClick={() => (isHelpOpen.value = false)}>
        Close
      </button>
    </dialog>
  );
}
