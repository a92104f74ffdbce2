/// <reference types="node" />
// Types of everything the client asks for, made from the service's schema. `npm run codegen` writes them, and
// `npm run check` fails when they are stale. Operations stand beside the components that use them.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../schema.graphql",
  documents: ["src/**/*.{ts,tsx}", "!src/gql/**"],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { Date: "string", DateTime: "string", ID: "string" },
        useTypeImports: true,
      },
    },
  },
};

export default config;
