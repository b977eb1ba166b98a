import type { FastifyInstance } from 'fastify';

/** Which methods each address of the API takes: any other is answered 405 with those in Allow (RFC 9110, 15.5.6). */
export class AllowedMethods {
  readonly #routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  /** Hears of every route that is declared from now on. */
  listen(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method }) => {
      const known = this.#routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const name of [method].flat()) known.methods.add(name);
      this.#routes.set(url, known);
    });
  }

  /** Undefined where there is no such address at all. */
  of(url: string): string[] | undefined {
    const [path = ''] = url.split('?');
    const methods = [...this.#routes.values()]
      .filter(({ pattern }) => pattern.test(path))
      .map((route) => route.methods);
    return methods.length === 0 ? undefined : [...new Set(methods.flatMap((some) => [...some]))].sort();
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}
