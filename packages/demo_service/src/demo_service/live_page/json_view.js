// A record's JSON, indented and coloured, from the very text that came: digits and order stay as they were.

import { makeElement } from "./make_element.js";
import { visibleBlock } from "./visible_text.js";

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
/** A longer text is shown without colours: one element for each word would be slow. */
const COLOURED_CHARACTERS = 60_000;

function kindOf(token, next) {
  if (token.startsWith('"')) return next === ":" ? "key" : "string";
  return /^[{}[\],:]$/.test(token) ? "" : "literal";
}

/** Pairs of kind and text which joined are the indented JSON. */
function* indented(raw) {
  const tokens = raw.match(TOKEN) ?? [];
  let depth = 0;
  const newLine = () => ["", `\n${"  ".repeat(depth)}`];
  for (const [index, token] of tokens.entries()) {
    const empty = "{[".includes(tokens[index - 1]) && "}]".includes(token);
    if ("}]".includes(token)) {
      depth -= 1;
      if (!empty) yield newLine();
    }
    yield [kindOf(token, tokens[index + 1]), visibleBlock(token)];
    if ("{[".includes(token)) {
      depth += 1;
      if (!"}]".includes(tokens[index + 1])) yield newLine();
    }
    if (token === ",") yield newLine();
    if (token === ":") yield ["", " "];
  }
}

/** The indented JSON as text; still the same JSON, with invisible characters escaped. */
export function indentedJson(raw) {
  return [...indented(raw)].map(([, text]) => text).join("");
}

export function jsonBlock(raw) {
  const block = makeElement("pre", "json");
  if (raw.length > COLOURED_CHARACTERS) {
    block.textContent = indentedJson(raw);
    return block;
  }
  for (const [kind, text] of indented(raw)) block.append(kind ? makeElement("span", kind, text) : text);
  return block;
}
