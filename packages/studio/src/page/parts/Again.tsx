import { explainAgain } from '../actions.ts';

/** Makes a map that was cancelled, or failed. */
export function Again() {
  return (
    <button type="button" onClick={() => void explainAgain()}>
      Make the map
    </button>
  );
}
