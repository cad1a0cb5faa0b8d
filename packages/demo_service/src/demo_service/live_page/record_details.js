// What opens below a row: stack traces as text, the whole record as JSON, and a button to copy it.

import { indentedJson, jsonBlock } from "./json_view.js";
import { makeButton, makeElement } from "./make_element.js";
import { visible, visibleBlock } from "./visible_text.js";

/** Exceptions of a chain that are shown as text; all are in the JSON. */
const SHOWN_EXCEPTIONS = 20;

function* chain(exception, relation = "") {
  if (exception === null || typeof exception !== "object") return;
  yield { exception, relation };
  yield* chain(exception.cause, "Caused by ");
  yield* chain(exception.context, "While handling ");
  for (const member of exception.exceptions ?? []) yield* chain(member, "In the group: ");
}

function* traces(record) {
  let shown = 0;
  for (const { exception, relation } of chain(record.exception)) {
    if (++shown > SHOWN_EXCEPTIONS) return;
    yield makeElement("h3", "", visible(`${relation}${exception.type}: ${exception.message}`));
    if (exception.stacktrace) yield makeElement("pre", "stacktrace", visibleBlock(String(exception.stacktrace)));
    const notes = Array.isArray(exception.notes) ? exception.notes : [];
    for (const note of notes) yield makeElement("p", "note", visibleBlock(`Note: ${note}`));
  }
}

async function copy(text, shownIn) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // The clipboard is only there on https and localhost; elsewhere the selection is copied.
  getSelection().selectAllChildren(shownIn);
  if (!document.execCommand("copy")) throw new Error("copying is not allowed");
  getSelection().removeAllRanges();
}

function copyButton(raw, shownIn) {
  const button = makeButton("copy", "Copy JSON");
  button.addEventListener("click", async () => {
    try {
      await copy(indentedJson(raw), shownIn);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Could not copy";
    }
    setTimeout(() => (button.textContent = "Copy JSON"), 2000);
  });
  return button;
}

/** The element to put into an open row; `showRequest` is called with the record's correlation id. */
export function makeDetails(entry, showRequest) {
  const details = makeElement("div", "details");
  const json = jsonBlock(entry.raw);
  const actions = makeElement("div", "actions");
  actions.append(copyButton(entry.raw, json));
  if (entry.correlationId) {
    const all = makeButton("whole-request", "Show the whole request");
    all.addEventListener("click", () => showRequest(entry.correlationId));
    actions.append(all);
  }
  details.append(actions, ...traces(entry.record), json);
  return details;
}
