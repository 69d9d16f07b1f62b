// Parse diagrams by the real Mermaid. Standard input: a JSON list of texts. Standard output: a JSON list, null for a good
// text, else {line, message} with the line within the text, from 1.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");

const verdicts = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    await mermaid.parse(text);
    verdicts.push(null);
  } catch (error) {
    const told = /line (\d+)/.exec(error.message)?.[1];
    verdicts.push({ line: error.hash?.loc?.first_line ?? Number(told ?? 1), message: error.message });
  }
}
console.log(JSON.stringify(verdicts));
process.exit(0);
