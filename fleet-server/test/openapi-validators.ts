import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';

/** What the schema of the OpenAPI initiative says of a description; empty where it is content. */
export async function bySchema(description: object): Promise<string[]> {
  const { valid, errors } = await new Validator().validate(structuredClone(description) as Record<string, unknown>);
  return valid ? [] : [JSON.stringify(errors)];
}

/** What Redocly's strictest rules say, which also hold each example against its schema. */
export async function byRules(description: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const problems = await lintFromString({ source: JSON.stringify(description), config });
  return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
}
