// Text of a record made safe to look at: characters that are invisible, move the cursor or turn the
// reading direction are written as escapes (\u001b, \u202e), as JSON would. Two invisible ones stay,
// the joiners U+200C and U+200D: Persian and many emoji are written with them.

const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;
const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeUnits(character) {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** `text` on one line: line breaks and tabs are escaped too. */
export function visible(text) {
  return text.replace(HIDDEN, (character) => SHORT[character] ?? escapeUnits(character));
}

/** `text` in a block: its line breaks and tabs stay. */
export function visibleBlock(text) {
  return text.replace(HIDDEN, (character) =>
    character === "\n" || character === "\t" ? character : escapeUnits(character),
  );
}

/** The first `limit` characters on one line, with `…` where it was cut. */
export function visibleStart(text, limit) {
  return visible(text.length > limit ? `${text.slice(0, limit)}…` : text);
}
