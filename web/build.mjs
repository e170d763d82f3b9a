// SPDX-License-Identifier: MIT
// Bundles the page: node build.mjs OUT_FOLDER writes page.js, page.css and page_assets.cc, which
// carries both into the program. The same sources always give the same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "out"));
mkdirSync(out, { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: ["src/page.ts", "src/page.css"],
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  target: ["es2022"],
  legalComments: "none",
  charset: "ascii",
  logLevel: "warning",
});

// In HTML a script ends at "</script" and changes its meaning at "<!--", wherever they stand.
const script = join(out, "page.js");
const text = readFileSync(script, "utf8").replaceAll("</script", "<\\/script").replaceAll("<!--", "\\x3c!--");
writeFileSync(script, text);

const hashOf = (file) => createHash("sha256").update(readFileSync(join(out, file))).digest("base64");
// The hash in the comment makes every change of the bytes a change of this source.
const embed = (name, file) => `
__asm__("# ${hashOf(file)}\\n"
        ".pushsection .rodata\\n"
        "assay_${name}_begin: .incbin \\"${join(out, file)}\\"\\n"
        "assay_${name}_end: .byte 0\\n"
        ".popsection\\n");
extern "C" {
extern const char ${name}_begin[] __asm__("assay_${name}_begin");
extern const char ${name}_end[] __asm__("assay_${name}_end");
}
`;
const view = (name) =>
  `std::string_view ${name}() { return {${name}_begin, static_cast<std::size_t>(${name}_end - ${name}_begin)}; }\n`;
writeFileSync(
  join(out, "page_assets.cc"),
  `// Written by web/build.mjs.
#include "lab/report/page_assets.h"

#include <cstddef>
${embed("page_script", "page.js")}${embed("page_style", "page.css")}
namespace assay::report {
${view("page_script")}${view("page_style")}std::string_view page_script_hash() { return "sha256-${hashOf("page.js")}"; }
}  // namespace assay::report
`,
);
