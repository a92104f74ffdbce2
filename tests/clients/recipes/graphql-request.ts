import { GraphQLClient } from 'graphql-request';
import type { Session } from './session';

export const graphqlRequest = (session: Session) => new GraphQLClient(session.url, { fetch: session.fetch });
