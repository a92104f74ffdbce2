// In memory, so that every run begins anew. An application has a database here: see Better Auth's manual.
import { memoryAdapter } from "better-auth/adapters/memory";

export const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
export const database = memoryAdapter(tables);
