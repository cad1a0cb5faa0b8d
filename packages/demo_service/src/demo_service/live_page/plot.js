// One small plot in SVG: drawn by CSS classes, so that colours follow light and dark mode.

import { makeElement } from "./make_element.js";
import { formatTime } from "./record_row.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;
const HEIGHT = 40;

function makeSvg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** The next of 1, 2, 5, 10, 20, … that is not below `value`. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((step) => step * power >= value * 0.999);
}

function line(points) {
  let path = "";
  let pen = false;
  for (const point of points) {
    if (point !== null) path += `${pen ? "L" : "M"}${point.x} ${point.y}h.01`;
    pen = point !== null;
  }
  return path;
}

function bars(points, width) {
  const drawn = points.filter((point) => point !== null && point.y < HEIGHT);
  return drawn.map(({ x, y }) => `M${x - width * 0.4} ${HEIGHT}V${y}h${width * 0.8}V${HEIGHT}z`).join("");
}

export class Plot {
  /**
   * Draw into `figure`. `key` names the value of a point, `shape` is "area", "line" or "bars",
   * `least` the smallest top of the scale, and `format` turns a value into [figure, unit].
   */
  constructor(figure, { key, shape, least, format }) {
    Object.assign(this, { key, shape, least, format, points: [] });
    this.value = figure.querySelector(".value");
    this.figure = makeElement("span", "figure");
    this.unit = makeElement("span", "unit");
    this.value.replaceChildren(this.figure, " ", this.unit);

    const svg = makeSvg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    this.fill = makeSvg("path", { class: "fill" });
    this.stroke = makeSvg("path", { class: "stroke" });
    svg.append(makeSvg("path", { class: "grid", d: `M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}` }), this.fill, this.stroke);

    this.top = makeElement("span", "top");
    this.cursor = makeElement("span", "cursor");
    this.readout = makeElement("span", "readout");
    this.cursor.hidden = this.readout.hidden = true;
    const axis = makeElement("span", "axis");
    axis.append(makeElement("span", "", "2 min ago"), makeElement("span", "", "now"));
    this.drawing = figure.querySelector(".drawing");
    this.drawing.append(svg, this.top, this.cursor, this.readout, axis);
    this.drawing.addEventListener("pointermove", (event) => this.#read(event));
    this.drawing.addEventListener("pointerleave", () => {
      this.cursor.hidden = this.readout.hidden = true;
    });
  }

  /** Show the current value and the points, oldest first. */
  draw(current, points) {
    const [figure, unit] = this.format(current);
    this.figure.textContent = figure;
    this.unit.textContent = unit;

    this.points = points;
    const top = roundUp(Math.max(this.least, ...points.map((point) => point[this.key] ?? 0)));
    const step = WIDTH / points.length;
    const placed = points.map((point, index) => {
      const value = point[this.key];
      return value === null ? null : { x: (index + 0.5) * step, y: HEIGHT * (1 - value / top) };
    });
    this.top.textContent = this.format(top).join(" ").replace(/\.0+ /, " ");
    if (this.shape === "bars") {
      this.fill.setAttribute("d", bars(placed, step));
      return;
    }
    this.stroke.setAttribute("d", line(placed));
    if (this.shape === "area") this.fill.setAttribute("d", `${line(placed)}V${HEIGHT}H${step / 2}z`);
  }

  #read(event) {
    const box = this.drawing.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const point = this.points[Math.floor(share * this.points.length)];
    this.cursor.hidden = this.readout.hidden = !point;
    if (!point) return;
    this.cursor.style.left = `${share * 100}%`;
    this.readout.textContent = `${formatTime(point.time).slice(0, 8)}  ${this.format(point[this.key]).join(" ")}`;
  }
}
