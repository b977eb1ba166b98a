/**
 * Calls a handler on behalf of somebody outside. Whether it throws or its promise is rejected, `failed` hears of it, once;
 * nothing goes on to whoever called, so that no message from outside ends the process.
 */
export function guarded(work: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = work();
    if (result instanceof Promise) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}
