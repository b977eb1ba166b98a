import { createInterface } from 'node:readline/promises';

export interface Question {
  text: string;
  /** Taken where the answer is empty. */
  usual?: string;
  /** What is wrong with an answer; `undefined` where it is good. */
  problem?(answer: string): string | undefined;
}

/** Asks a person one thing after the other, again where an answer is not good; over standard input and error. */
export class Interview {
  readonly #lines = createInterface({ input: process.stdin, output: process.stderr, terminal: process.stdin.isTTY });
  readonly #answers = this.#lines[Symbol.asyncIterator]();

  async ask({ text, usual, problem }: Question): Promise<string> {
    for (;;) {
      process.stderr.write(`${text}${usual === undefined ? '' : ` [${usual}]`}: `);
      const { value, done } = await this.#answers.next();
      if (done) throw new Error(`no answer to "${text}"`);
      const answer = value.trim() === '' ? (usual ?? '') : value.trim();
      const wrong = answer === '' ? 'an answer is needed' : problem?.(answer);
      if (wrong === undefined) return answer;
      process.stderr.write(`  ${wrong}\n`);
    }
  }

  end(): void {
    this.#lines.close();
  }
}
