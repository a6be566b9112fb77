import { AsyncLocalStorage } from "node:async_hooks";

/** What a run says to everything that reads addresses for it. */
export interface RemoteScope {
  /** Ends the waiting for servers. */
  readonly signal: AbortSignal;
}

const scopes = new AsyncLocalStorage<RemoteScope>();

/** Does work whose reading of addresses, here and in the threads that it starts, belongs to this scope. */
export function inRemoteScope<T>(scope: RemoteScope, work: () => Promise<T>): Promise<T> {
  return scopes.run(scope, work);
}

/** The scope of the work under way, if it has one. */
export function remoteScope(): RemoteScope | undefined {
  return scopes.getStore();
}
