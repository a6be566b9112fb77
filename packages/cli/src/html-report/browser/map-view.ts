import type { PageData } from "../page-types.js";
import { valueText, valuesOf, type MappedColumn } from "./values.js";

const reasons = ["", "no data there in the raster", "outside of the raster"];
const mostZoom = 32;

/** Lets a map be pointed at, moved over with the keyboard, and enlarged. */
export function enhance(element: HTMLElement, data: PageData): void {
  const column = data.columns[Number(element.dataset["column"])];
  const layers = element.querySelector<HTMLElement>(".layers");
  if (column?.map && layers) new MapView(element, layers, { ...column, map: column.map }, data);
}

class MapView {
  readonly #element: HTMLElement;
  readonly #layers: HTMLElement;
  readonly #column: MappedColumn;
  readonly #data: PageData;
  readonly #cursor = document.createElement("i");
  readonly #readout = document.createElement("output");
  #x: number;
  #y: number;
  #zoom = 1;
  /** The part of the map at the upper left corner, from 0 to 1. */
  #left = 0;
  #top = 0;
  #drag: { x: number; y: number; left: number; top: number } | undefined;

  constructor(element: HTMLElement, layers: HTMLElement, column: MappedColumn, data: PageData) {
    [this.#element, this.#layers, this.#column, this.#data] = [element, layers, column, data];
    this.#x = Math.floor(data.pixel.width / 2);
    this.#y = Math.floor(data.pixel.height / 2);
    this.#cursor.className = "cursor";
    layers.append(this.#cursor);
    this.#readout.className = "readout";
    this.#readout.textContent = "\u00a0";
    element.parentElement!.append(this.#readout);
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", `Map of ${column.name}; arrow keys read its cells, + and - zoom`);
    element.append(this.#buttons());
    element.addEventListener("pointermove", (event) => this.#point(event));
    element.addEventListener("pointerdown", (event) => this.#press(event));
    element.addEventListener("pointerup", () => (this.#drag = undefined));
    element.addEventListener("pointercancel", () => (this.#drag = undefined));
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focus", () => this.#show());
    element.addEventListener("pointerleave", () => (this.#drag = undefined));
  }

  #buttons(): HTMLElement {
    const buttons = document.createElement("div");
    buttons.className = "zoom";
    const add = (label: string, text: string, act: () => void): void => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.title = label;
      button.setAttribute("aria-label", `${label}: ${this.#column.name}`);
      // Keyboards have keys for it, on the map itself.
      button.tabIndex = -1;
      button.addEventListener("click", act);
      buttons.append(button);
    };
    add("Zoom in", "+", () => this.#scale(2));
    add("Zoom out", "−", () => this.#scale(0.5));
    return buttons;
  }

  #point(event: PointerEvent): void {
    const box = this.#element.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (this.#drag) {
      this.#left = this.#drag.left + (this.#drag.x - x) / this.#zoom;
      this.#top = this.#drag.top + (this.#drag.y - y) / this.#zoom;
      this.#place();
      return;
    }
    const { width, height } = this.#data.pixel;
    this.#move(
      Math.floor((this.#left + x / this.#zoom) * width),
      Math.floor((this.#top + y / this.#zoom) * height),
    );
  }

  #press(event: PointerEvent): void {
    if (this.#zoom === 1 || (event.target as Element).closest("button")) return;
    const box = this.#element.getBoundingClientRect();
    this.#drag = {
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
      left: this.#left,
      top: this.#top,
    };
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 10 : 1;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (move) this.#move(this.#x + move[0], this.#y + move[1], true);
    else if (event.key === "+" || event.key === "=") this.#scale(2, true);
    else if (event.key === "-") this.#scale(0.5, true);
    else if (event.key === "0" || event.key === "Escape") this.#scale(0);
    else return;
    event.preventDefault();
  }

  #move(x: number, y: number, follow = false): void {
    const { width, height } = this.#data.pixel;
    this.#x = Math.max(0, Math.min(width - 1, x));
    this.#y = Math.max(0, Math.min(height - 1, y));
    if (follow) this.#follow();
    this.#show();
  }

  /** @param factor 0 for the whole map */
  #scale(factor: number, atCursor = false): void {
    const zoom = Math.max(1, Math.min(mostZoom, this.#zoom * factor));
    const { width, height } = this.#data.pixel;
    const middle = (start: number): number => start + 0.5 / this.#zoom;
    const x = atCursor ? (this.#x + 0.5) / width : middle(this.#left);
    const y = atCursor ? (this.#y + 0.5) / height : middle(this.#top);
    this.#zoom = zoom;
    this.#left = x - 0.5 / zoom;
    this.#top = y - 0.5 / zoom;
    this.#place();
  }

  /** Keeps the cursor in sight. */
  #follow(): void {
    const { width, height } = this.#data.pixel;
    const seen = 1 / this.#zoom;
    const into = (start: number, at: number): number =>
      Math.min(Math.max(start, at - 0.9 * seen), at - 0.1 * seen);
    this.#left = into(this.#left, (this.#x + 0.5) / width);
    this.#top = into(this.#top, (this.#y + 0.5) / height);
    this.#place();
  }

  #place(): void {
    const most = 1 - 1 / this.#zoom;
    this.#left = Math.max(0, Math.min(most, this.#left));
    this.#top = Math.max(0, Math.min(most, this.#top));
    this.#layers.style.transform = `scale(${this.#zoom}) translate(${-this.#left * 100}%, ${-this.#top * 100}%)`;
    this.#layers.style.setProperty("--zoom", String(this.#zoom));
    this.#element.classList.toggle("zoomed", this.#zoom > 1);
  }

  #show(): void {
    const { width, height } = this.#data.pixel;
    const [x, y] = [this.#x, this.#y];
    Object.assign(this.#cursor.style, {
      left: `${(x / width) * 100}%`,
      top: `${(y / height) * 100}%`,
      width: `${100 / width}%`,
      height: `${100 / height}%`,
    });
    this.#element.classList.add("read");
    void valuesOf(this.#column.map).then(({ values, why }) => {
      if (x !== this.#x || y !== this.#y) return;
      const at = y * width + x;
      const value = values[at]!;
      const none = reasons[why?.[at] ?? 0] ?? this.#column.missing;
      const text =
        value === value
          ? valueText(value, this.#column, this.#data)
          : none === ""
            ? "not a row of the table"
            : `NULL: ${none}`;
      this.#readout.textContent = `${this.#where(x, y)}: ${text}`;
    });
  }

  #where(x: number, y: number): string {
    const { grid, pixel } = this.#data;
    const [xmin, ymin, xmax, ymax] = grid.bounds as [number, number, number, number];
    const centre = (at: number, count: number): number => Math.min(count, at * pixel.cells + pixel.cells / 2);
    const short = (value: number): number => Number(value.toPrecision(12));
    const east = short(xmin + (centre(x, grid.width) * (xmax - xmin)) / grid.width);
    const north = short(ymax - (centre(y, grid.height) * (ymax - ymin)) / grid.height);
    return `${east}, ${north}`;
  }
}
