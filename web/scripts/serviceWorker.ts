// A step of the build: writes `sw.js`, which names the files of this build, and changes when one of them does; and the addresses
// of all pages for the service.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { ADDRESSES } from "../src/addresses.ts";

export function serviceWorker(): Plugin {
  let root = "";
  return {
    name: "service-worker",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    // After Vite's own steps, so that the page is there too.
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const template = readFileSync(join(root, "scripts/service-worker.js"), "utf8");
        const page = bundle["index.html"];
        const hash = createHash("sha256")
          .update(template)
          .update(page?.type === "asset" ? page.source : "");
        const names = Object.keys(bundle).filter((name) => name !== "index.html");
        for (const name of readdirSync(join(root, "public")).filter((file) => !file.startsWith("."))) {
          hash.update(readFileSync(join(root, "public", name)));
          names.push(name);
        }
        const files = names.map((name) => `/${name}`).sort();
        const version = hash.update(files.join()).digest("hex").slice(0, 16);
        const source = template.replace("__VERSION__", version).replace("__FILES__", JSON.stringify(files)).replace("__PAGES__", JSON.stringify(ADDRESSES));
        this.emitFile({ type: "asset", fileName: "sw.js", source });
        // For the build of the service, one a line.
        this.emitFile({ type: "asset", fileName: "addresses.txt", source: ADDRESSES.join("\n") });
      },
    },
  };
}
