import { EXAMPLES } from './examples/examples.ts';
import type { OperationExamples } from './examples/operation-examples.ts';
import { withNamedSchemas } from './named-schemas.ts';

interface Content {
  content?: Record<string, object>;
}

interface Operation {
  operationId?: string;
  parameters?: { name: string; in: string }[];
  requestBody?: Content;
  responses?: Record<string, Content & { description: string }>;
}

interface Document {
  paths?: unknown;
}

/** In place of the words that the library has for every answer. */
const MEANINGS: Readonly<Record<string, string>> = {
  200: 'The answer.',
  201: 'Made.',
  204: 'Done; there is no body.',
  '4XX': 'Refused: `code` says why. With 429, `retry-after` says after how many seconds to ask again.',
  '5XX': 'The server has trouble, as `code` says: ask again after `retry-after` seconds.',
};
const UNSAID = 'Default Response';

const REFUSALS: Readonly<Record<string, object>> = {
  '4XX': { code: 'NOT_FOUND', message: 'Nothing is there', requestId: 'req-4f' },
  '5XX': { code: 'SERVER_BUSY', message: 'The server has too much to do: try again shortly', requestId: 'req-50' },
};

/** Where path parameters of the examples lead; `id` and `command` are made by the server. */
const PLACES: Readonly<Record<string, string>> = {
  ...{ tenant: 'ville', site: 'mairie', gateway: 'gw-1', device: 'lamp-12', name: 'hypervisor' },
  id: '0b5f2b6a-6a0c-4a51-9d0c-5f4f0f2d7c11',
  command: '6f9619ff-8b86-4011-b42d-00c04fc964ff',
};

/** The description of the API (OpenAPI 3.1) as it is given out: forms by their names, with examples. */
export function describeApi<D extends Document>(document: D): D {
  const named = withNamedSchemas(document);
  const paths = Object.entries(named.paths as Record<string, Record<string, Operation>>).map(([path, methods]) => {
    const described = Object.entries(methods).map(([method, operation]) => [method, withExamples(operation)]);
    return [path, Object.fromEntries(described)];
  });
  return { ...named, paths: Object.fromEntries(paths) };
}

function withExamples(operation: Operation): Operation {
  const { bodies, answer }: OperationExamples = EXAMPLES[operation.operationId ?? ''] ?? {};
  const { parameters, requestBody, responses = {} } = operation;
  return {
    ...operation,
    ...(parameters && {
      parameters: parameters.map((parameter) =>
        parameter.in === 'path' ? { ...parameter, example: PLACES[parameter.name] } : parameter,
      ),
    }),
    ...(requestBody && { requestBody: withContent(requestBody, { examples: bodies }) }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => {
        const description = (response.description === UNSAID && MEANINGS[status]) || response.description;
        return [status, { ...withContent(response, { example: REFUSALS[status] ?? answer }), description }];
      }),
    ),
  };
}

function withContent<C extends Content>(part: C, more: object): C {
  if (!part.content) return part;
  const content = Object.entries(part.content).map(([type, media]) => [type, { ...media, ...more }]);
  return { ...part, content: Object.fromEntries(content) };
}
