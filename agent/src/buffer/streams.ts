import type { Priority } from '@vigie/contract';

/**
 * Records of unlike importance live in files of their own, so that the least important can be dropped by unlinking whole
 * files. Most important first. Each stream has its own epochs and sequence numbers.
 */
export const STREAMS = ['urgent', 'reading', 'bulk'] as const;
export type Stream = (typeof STREAMS)[number];

const STREAM_OF: Record<Priority, Stream> = {
  alarm: 'urgent',
  command: 'urgent',
  event: 'urgent',
  reading: 'reading',
  bulk: 'bulk',
};

export function streamOf(priority: Priority): Stream {
  return STREAM_OF[priority];
}
