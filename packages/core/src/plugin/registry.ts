import type { Options } from './options.ts';
import type { Token } from './tokens.ts';

/** Hands a factory what it needs. */
export interface Resolve {
  /** What some plugin provides under that id, with these settings. */
  <T>(token: Token<T>, id: string, options?: Options): T;
  /** What this plugin bound for itself; for `BACKEND` the backend that the configuration gives this plugin. */
  <T>(token: Token<T>): T;
}

/** What a plugin's `register` is given to bind what its manifest declares; everything is made when first asked for, and once for each choice of settings. */
export interface Registry {
  /**
   * Binds a declared contribution; throws PLUGIN_INVALID where it is not declared or bound already.
   * The factory is given the value of every option that the contribution declares, checked.
   */
  bind<T>(token: Token<T>, id: string, factory: (resolve: Resolve, options: Options) => NoInfer<T>): void;
  /** Binds something that only this plugin's factories can resolve. */
  bindPrivate<T>(token: Token<T>, factory: (resolve: Resolve) => NoInfer<T>): void;
}
