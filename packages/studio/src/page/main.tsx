import { render } from 'preact';
import { start } from './actions.ts';
import { App } from './App.tsx';
import { engineOfPage } from './engine-of-page.ts';
import { listenToKeys } from './keys.ts';
import { engine } from './state.ts';
import './style.css';
import { show } from './theme.ts';

show();
engine.value = engineOfPage();
listenToKeys();
void start();
render(<App />, document.getElementById('studio')!);
