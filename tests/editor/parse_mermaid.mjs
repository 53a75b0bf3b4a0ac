// Reads Mermaid texts (a JSON list on stdin) as the pages that draw them do: nodes and edges of each, or what is wrong.
import { readFileSync } from "node:fs";
import DOMPurify from "dompurify";

// Only drawing needs a browser; to read a text, Mermaid merely asks whether there is a purifier.
DOMPurify.addHook ??= () => {};
DOMPurify.sanitize ??= (text) => text;
const { default: mermaid } = await import("mermaid");

async function read(text) {
  try {
    await mermaid.parse(text); // with its title, as a page would
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    return {
      nodes: [...db.getVertices().values()].map(({ id, text, classes }) => ({ id, text, classes })),
      edges: db.getEdges().map(({ start, end, text, stroke }) => ({ start, end, text, stroke })),
    };
  } catch (wrong) {
    return { wrong: wrong.message };
  }
}

const read_all = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) read_all.push(await read(text));
console.log(JSON.stringify(read_all));
