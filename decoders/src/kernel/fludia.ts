import type { Layout, Step } from './payload-layout.ts';

/** How one of Fludia's readers tells its index: numbers of the messages, and where the daily one has it. */
export interface FludiaMessages {
  periodic: number;
  technical: number;
  technicalLength: number;
  beforeIndex: readonly Step[];
  index: readonly Step[];
}

/** Readers of Fludia: index now and what each step of time before added; a technical message a day; start and test. */
export function fludiaLayouts({ periodic, technical, technicalLength, beforeIndex, index }: FludiaMessages): Layout[] {
  return [
    { ports: 'any', length: [8, 46], when: { byte: 0, equals: periodic }, steps: [{ skip: 2 }, ...index] },
    {
      ports: 'any',
      length: technicalLength,
      when: { byte: 0, equals: technical },
      steps: [...beforeIndex, ...index],
    },
    { ports: 'any', when: { byte: 0, not: [periodic, technical] }, steps: [] },
  ];
}
