import { Readable } from 'node:stream';

/** What aedes would keep is kept elsewhere: positions in the log for platforms, the database for gateways. */
export interface SessionHooks {
  /** Filters of a session that goes on; empty where it begins. */
  restored(clientId: string): readonly string[];
  unsubscribed(clientId: string, filters: readonly string[]): Promise<void>;
}

interface ClientRef {
  id: string;
}

/** The persistence that aedes asks for, in the shape of `aedes-persistence`, holding nothing by itself. */
export function noPersistence(hooks: SessionHooks) {
  const nothing = async () => undefined;
  const empty = () => Readable.from([]);
  return {
    setup: async (_broker: unknown) => undefined,
    storeRetained: nothing,
    createRetainedStream: empty,
    createRetainedStreamCombi: empty,
    addSubscriptions: nothing,
    removeSubscriptions: async ({ id }: ClientRef, filters: string[]) => hooks.unsubscribed(id, filters),
    subscriptionsByClient: async ({ id }: ClientRef) => hooks.restored(id).map((topic) => ({ topic, qos: 1 })),
    subscriptionsByTopic: async () => [],
    cleanSubscriptions: nothing,
    countOffline: async () => ({ subsCount: 0, clientsCount: 0 }),
    outgoingEnqueue: nothing,
    outgoingEnqueueCombi: nothing,
    outgoingUpdate: nothing,
    outgoingClearMessageId: nothing,
    outgoingStream: empty,
    incomingStorePacket: nothing,
    incomingGetPacket: () => Promise.reject(new Error('nothing is stored')),
    incomingDelPacket: nothing,
    cleanIncoming: nothing,
    putWill: nothing,
    getWill: nothing,
    delWill: nothing,
    streamWill: empty,
    getClientList: empty,
    destroy: nothing,
  };
}
