import type { TestServer } from './test-server.ts';

export interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
}

export interface Operation {
  id: string;
  method: string;
  /** With parameters in braces. */
  path: string;
  parameters: { name: string; in: 'path' | 'query'; schema: JsonSchema }[];
  body: JsonSchema | undefined;
  /** Absent where anybody may call it. */
  role: 'viewer' | 'technician' | 'operator' | 'administrator' | undefined;
  installationOnly: boolean;
}

interface OpenApiOperation {
  operationId: string;
  parameters?: Operation['parameters'];
  requestBody?: { content: { 'application/json': { schema: JsonSchema } } };
  'x-role'?: Operation['role'];
  'x-installation-only'?: boolean;
}

/** Every operation of the API as its own description tells it: a route that is added is tested without being asked. */
export function operationsOf(server: TestServer): Operation[] {
  const paths = server.running.app.swagger().paths as unknown as Record<string, Record<string, OpenApiOperation>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json'].schema,
      role: operation['x-role'],
      installationOnly: operation['x-installation-only'] === true,
    })),
  );
}
