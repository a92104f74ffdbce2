import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'recipes/operations.ts',
  generates: { 'recipes/gql/': { preset: 'client', presetConfig: { fragmentMasking: false } } },
  config: {
    // Texts of one fixed form, such as 2026-01-31T09:30:00.000Z: they sort as they are, and `new Date` takes them. A `Date` is
    // a day without a time, such as 2026-01-31; `new Date` would make an instant of it.
    scalars: { DateTime: 'string', Date: 'string' },
    strictScalars: true,
    useTypeImports: true,
  },
};

export default config;
