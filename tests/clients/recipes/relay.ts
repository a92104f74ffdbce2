import { Environment, Network, Observable, RecordSource, Store } from 'relay-runtime';
import type { Client as LiveUpdates } from 'graphql-ws';
import type { Session } from './session';

export const relay = (session: Session, live: LiveUpdates) =>
  new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(
      async ({ text, name }, variables) => {
        const response = await session.fetch(session.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
          body: JSON.stringify({ query: text, operationName: name, variables }),
        });
        return response.json();
      },
      ({ text, name }, variables) =>
        Observable.create((sink) =>
          live.subscribe({ query: text ?? '', operationName: name, variables }, sink as never)),
    ),
  });
