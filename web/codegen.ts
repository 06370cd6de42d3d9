import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema.graphql',
  documents: 'src/graphql/*.graphql',
  silent: true,
  generates: {
    './src/graphql/generated/': {
      preset: 'client',
      // Lists are merged with live changes outside of components, so fragments are plain types here.
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        importExtension: '.ts',
        scalars: { DateTime: 'string', SafeInt: 'number', Upload: 'Blob' },
      },
    },
  },
};

export default config;
