import { ERRORS, type ErrorCode, VigieError } from '@vigie/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { databaseError } from '../store/database.ts';

/** What every refusal of the API looks like. */
export const ApiError = Type.Object(
  {
    code: Type.String({ description: 'A stable code; docs/errors.md explains each.' }),
    message: Type.String(),
    requestId: Type.String(),
    details: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { title: 'ApiError' },
);

const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  LOGIN_FAILED: 401,
  FORBIDDEN: 403,
  CLAIM_REFUSED: 403,
  NOT_FOUND: 404,
  PASSWORD_CHANGE_REQUIRED: 403,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  NAME_UNAVAILABLE: 409,
  PAYLOAD_TOO_LARGE: 413,
  CONFIG_INVALID: 422,
  CONFIG_REFERENCE: 422,
  CONFIG_MODEL_UNKNOWN: 422,
  EUI_INVALID: 422,
  KEY_INVALID: 422,
  DEVICE_CODE_MALFORMED: 422,
  DEVICE_CODE_CHECKSUM: 422,
  COMMAND_UNKNOWN: 422,
  COMMAND_ARGUMENT: 422,
  MODEL_UNKNOWN: 422,
  PASSWORD_WEAK: 422,
  CLAIM_LOCKED: 429,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  SERVER_BUSY: 503,
  STORAGE_FULL: 503,
  STORAGE_FAILED: 503,
  DATABASE_UNREACHABLE: 503,
};

/** A quarter of an hour: how long the locks of claims and sign-in last. */
const LOCK_SECONDS = 900;
const TROUBLE_SECONDS = 10;
/** What only concerns whoever runs the server is in the log. */
const TOLD_BY_CODE_ONLY: ReadonlySet<ErrorCode> = new Set([
  'INTERNAL',
  'STORAGE_FULL',
  'STORAGE_FAILED',
  'DATABASE_UNREACHABLE',
]);

export function answerError(thrown: FastifyError | VigieError, request: FastifyRequest, reply: FastifyReply): void {
  const error = databaseError(thrown) as FastifyError | VigieError;
  const { status, code, message, details } = describe(error);
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  if (status === 503) reply.header('retry-after', TROUBLE_SECONDS);
  if (status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', LOCK_SECONDS);
  reply.code(status).send({ code, message, requestId: request.id, ...(details ? { details } : {}) });
}

interface Described {
  status: number;
  code: ErrorCode;
  message: string;
  details?: { path: string; message: string }[];
}

function describe(error: FastifyError | VigieError): Described {
  if (error instanceof VigieError) {
    return {
      status: STATUS[error.code] ?? 400,
      code: error.code,
      message: TOLD_BY_CODE_ONLY.has(error.code) ? ERRORS[error.code] : error.message,
    };
  }
  if (error.validation) {
    const details = error.validation.slice(0, 20).map(({ instancePath, message }) => ({
      path: `${error.validationContext ?? ''}${instancePath}`,
      message: message ?? 'is not valid',
    }));
    return { status: 400, code: 'REQUEST_INVALID', message: ERRORS.REQUEST_INVALID, details };
  }
  const status = error.statusCode ?? 500;
  if (status === 413) return { status, code: 'PAYLOAD_TOO_LARGE', message: ERRORS.PAYLOAD_TOO_LARGE };
  if (status === 429) return { status, code: 'RATE_LIMITED', message: ERRORS.RATE_LIMITED };
  if (status === 404) return { status, code: 'NOT_FOUND', message: ERRORS.NOT_FOUND };
  if (status >= 400 && status < 500) return { status, code: 'REQUEST_INVALID', message: ERRORS.REQUEST_INVALID };
  return { status: 500, code: 'INTERNAL', message: ERRORS.INTERNAL };
}
