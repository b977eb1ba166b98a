export * from './command.ts';
export * from './config-references.ts';
export * from './enrolment.ts';
export * from './errors.ts';
export * from './gateway-config.ts';
export * from './lorawan-home.ts';
export * from './mac-settings.ts';
export * from './model-config.ts';

export * from './primitives.ts';
export * from './reading.ts';
export * from './stage.ts';
export * from './topics.ts';
export * from './update.ts';
export * from './uplink.ts';
export * from './validate.ts';
export * from './version.ts';
export { type BatchFormat, type BatchHead, decodeBatch, encodeBatch } from './wire/batch-payload.ts';
