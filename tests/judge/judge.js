// graphql-js as the judge: reads one {query, operationName, variables} per line from standard input and answers one
// {"valid": …} per line, with the first error if it is not.
//
// usage: node judge.js SCHEMA < REQUESTS

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { buildSchema, getVariableValues, parse, specifiedRules, validate } from 'graphql';

const schema = buildSchema(readFileSync(process.argv[2], 'utf8'));

function firstError({ query, operationName, variables }) {
  let document;
  let errors;
  try {
    document = parse(query);
    // Throws, too: on `@skip(if: "")` at the root of a subscription.
    errors = validate(schema, document, specifiedRules);
  } catch (error) {
    return error.message;
  }
  if (errors.length > 0) return errors[0].message;
  const operations = document.definitions.filter(({ kind }) => kind === 'OperationDefinition');
  const chosen = operationName == null
    ? operations
    : operations.filter(({ name }) => name?.value === operationName);
  if (chosen.length !== 1) return 'operation unknown or ambiguous';
  const coerced = getVariableValues(schema, chosen[0].variableDefinitions ?? [], variables ?? {});
  return coerced.errors?.[0].message;
}

for await (const line of createInterface({ input: process.stdin })) {
  const error = firstError(JSON.parse(line));
  console.log(JSON.stringify(error === undefined ? { valid: true } : { valid: false, error }));
}
