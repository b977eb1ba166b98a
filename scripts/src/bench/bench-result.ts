/** What a bench says: figures, the limits they are held against and what they were measured under. */
export interface BenchResult {
  figures: Record<string, number>;
  limits: Record<string, { atLeast?: number; atMost?: number }>;
  conditions: Record<string, string | number>;
}
