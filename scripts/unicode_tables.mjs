// SPDX-License-Identifier: MIT
// Writes the two generated files of src/engine/models/tokenizer out of Debian's package unicode-data:
//   apt-get download unicode-data && dpkg -x unicode-data_*.deb /tmp/unicode
//   node scripts/unicode_tables.mjs /tmp/unicode/usr/share/unicode src/engine/models/tokenizer
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , folder, target] = process.argv;
const linesOf = (file) =>
  readFileSync(join(folder, file), "utf8").split("\n").map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");

/// [{first, last, category, combining, decomposition}] of UnicodeData.txt, its pairs joined.
function readCharacters() {
  const characters = [];
  for (const line of linesOf("UnicodeData.txt")) {
    const [code, name, category, combining, , decomposition] = line.split(";");
    const number = parseInt(code, 16);
    if (name.endsWith(", Last>")) {
      characters.at(-1).last = number;
    } else {
      characters.push({ first: number, last: number, category, combining: Number(combining), decomposition });
    }
  }
  return characters;
}

function codesWithProperty(file, property) {
  const ranges = [];
  for (const line of linesOf(file)) {
    const [codes, name] = line.split(";").map((field) => field.trim());
    if (name !== property) continue;
    const [first, last] = codes.split("..").map((code) => parseInt(code, 16));
    ranges.push({ first, last: last ?? first });
  }
  return ranges;
}

function joinNeighbours(ranges, sameKind = () => true) {
  const joined = [];
  for (const range of ranges.sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before && before.last + 1 === range.first && sameKind(before, range)) before.last = range.last;
    else joined.push({ ...range });
  }
  return joined;
}

const hex = (code) => "0x" + code.toString(16).toUpperCase();

/// The numbers of all rows one after another: braces would double the lines.
function table(type, name, rows) {
  let text = `constexpr ${type} ${name}[] = {`;
  let line = "";
  for (const number of rows.flat().map(hex)) {
    if (line.length + number.length + 6 > 100) {
      text += "\n    " + line.trimEnd();
      line = "";
    }
    line += number + ", ";
  }
  return text + "\n    " + line.trimEnd() + "\n};\n";
}

const definition = (type, name) =>
  `std::span<const ${type}> ${name}() {\n  return k${name.replace(/(^|_)(.)/g, (_, __, c) => c.toUpperCase())};\n}\n`;

/// tables: [[type, function, rows]]
function writeSource(name, tables) {
  const constant = (name) => "k" + name.replace(/(^|_)(.)/g, (_, __, c) => c.toUpperCase());
  writeFileSync(join(target, name), `// SPDX-License-Identifier: MIT
// Written by scripts/unicode_tables.mjs from Debian's unicode-data 15.0.0; not changed by hand.
#include "engine/models/tokenizer/unicode_tables.h"

namespace assay::models {
namespace {

// clang-format off
${tables.map(([type, name, rows]) => table(type, constant(name), rows)).join("\n")}\
// clang-format on

}  // namespace

${tables.map(([type, name]) => definition(type, name)).join("\n")}
}  // namespace assay::models
`);
}

const characters = readCharacters();
const asRows = (ranges) => joinNeighbours(ranges).map(({ first, last }) => [first, last]);
const withCategory = (letter) => asRows(characters.filter((c) => c.category.startsWith(letter)));
const classes = joinNeighbours(characters.filter((c) => c.combining > 0), (a, b) => a.combining === b.combining);
const excluded = codesWithProperty("DerivedNormalizationProps.txt", "Full_Composition_Exclusion");
const isExcluded = (code) => excluded.some(({ first, last }) => first <= code && code <= last);
const canonical = characters.filter((c) => c.decomposition !== "" && !c.decomposition.startsWith("<"))
  .map((c) => [c.first, ...c.decomposition.split(" ").map((code) => parseInt(code, 16))]);
const pairs = canonical.filter((row) => row.length === 3);

writeSource("unicode_categories.cc", [
  ["CodeRange", "letters", withCategory("L")],
  ["CodeRange", "numbers", withCategory("N")],
  ["CodeRange", "spaces", asRows(codesWithProperty("PropList.txt", "White_Space"))],
  ["CombiningClass", "combining_classes", classes.map((c) => [c.first, c.last, c.combining])],
]);
writeSource("unicode_decompositions.cc", [
  ["Decomposition", "composing_pairs", pairs.filter(([code]) => !isExcluded(code))],
  ["Decomposition", "excluded_pairs", pairs.filter(([code]) => isExcluded(code))],
  ["Replacement", "replacements", canonical.filter((row) => row.length === 2)],
]);
