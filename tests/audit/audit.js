// Runs the public audit of GraphQL over HTTP (`serverAudits` of graphql-http) against a server and prints one
// {"id", "name", "status", "reason"} per line. Status is ok, warn (a SHOULD is not met), error (a MUST) or notice.
//
// usage: node audit.js URL

import { serverAudits } from 'graphql-http';

for (const audit of serverAudits({ url: process.argv[2] })) {
  const { id, name, status, reason } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason: reason ?? null }));
}
