// One line instead of four to make an element; text goes in as text, never as HTML.

export function makeElement(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

export function makeButton(className, text) {
  const button = makeElement("button", className, text);
  button.type = "button";
  return button;
}
