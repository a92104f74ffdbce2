// Makes runnable scripts in `dist` out of `stories`, as an application's bundler would.

import { readdirSync } from 'node:fs';
import { transformFileAsync } from '@babel/core';
import { build } from 'esbuild';

// Replaces `graphql` tags by what relay-compiler made of them; everything else stays TypeScript.
const relay = {
  name: 'relay',
  setup: ({ onLoad }) => onLoad({ filter: /TaskList\.ts$/ }, async ({ path }) => {
    const { code } = await transformFileAsync(path, {
      configFile: false,
      parserOpts: { plugins: ['typescript'] },
      plugins: [['relay', { eagerEsModules: true }]],
    });
    return { contents: code, loader: 'ts' };
  }),
};

await build({
  entryPoints: readdirSync('stories').filter((name) => name !== 'story.ts').map((name) => `stories/${name}`),
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outdir: 'dist',
  plugins: [relay],
});
