/** A body as somebody would send it. */
export interface BodyExample {
  summary: string;
  value: unknown;
}

export interface OperationExamples {
  /** By what it shows in one word; or by the code that refuses it, in capitals. */
  bodies?: Readonly<Record<string, BodyExample>>;
  /** What the operation answers when it is done. */
  answer?: unknown;
}

/** By the operation's id. */
export type Examples = Readonly<Record<string, OperationExamples>>;

/** 14 July 2026, a quarter past ten in the evening in France. */
export const AT = 1_784_060_100_000;
export const DAY_MS = 86_400_000;

export const page = (...items: unknown[]) => ({ items });
