// Builds the bundles of others that pages load, and writes down what they are: `make assets`.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const FOLDER = new URL("../rankcrawler/serve/pages/static/vendor/", import.meta.url);
const BUNDLES = [{ file: "echarts.js", entry: "charts.js", packages: ["echarts", "zrender", "tslib"] }];

const text = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const about = (name) => {
  const { version, license } = JSON.parse(text(`node_modules/${name}/package.json`));
  return { name, version, license };
};
const licence = (name) => {
  const files = name === "echarts" ? ["LICENSE", "NOTICE"] : [name === "tslib" ? "LICENSE.txt" : "LICENSE"];
  return files.map((file) => `==== ${name}: ${file}\n\n${text(`node_modules/${name}/${file}`).trim()}\n`).join("\n");
};

mkdirSync(FOLDER, { recursive: true });
const made = [];
for (const { file, entry, packages } of BUNDLES) {
  const result = await build({
    entryPoints: [new URL(entry, import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2020",
    legalComments: "none",
    write: false,
  });
  const [{ contents }] = result.outputFiles;
  writeFileSync(new URL(file, FOLDER), contents);
  const sha256 = createHash("sha256").update(contents).digest("hex");
  made.push({ file, bytes: contents.length, sha256, packages: packages.map(about) });
  writeFileSync(new URL(file.replace(".js", ".licences.txt"), FOLDER), packages.map(licence).join("\n"));
}
writeFileSync(new URL("manifest.json", FOLDER), `${JSON.stringify({ command: "make assets", bundles: made }, null, 2)}\n`);
