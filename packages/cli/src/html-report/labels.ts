import { frameWidth, type Frame } from "./frame.js";
import { html, type Html } from "./html.js";
import { piecesOf, type Line } from "./lines.js";

/** Just inside the edges: a line that begins on one crosses this. */
const inside = 0.5;

/** Thousandths of the width that a label needs along the bottom, and the height of a line of text. */
const room = { x: 70, y: 30 };

/** Labels of meridians where they leave the frame at the bottom, and of parallels where they leave it on the left. */
export function labelsOf(lines: readonly Line[], frame: Frame): Html[] {
  const taken: { readonly x: number; readonly y: number }[] = [];
  const free = (x: number, y: number): boolean => {
    if (taken.some((one) => Math.abs(one.x - x) < room.x * 1.6 && Math.abs(one.y - y) < room.y * 1.2))
      return false;
    taken.push({ x, y });
    return true;
  };
  return lines.flatMap((line) => {
    const [lon, lat] = line[0]!;
    const meridian = line.every(([one]) => one === lon);
    const found = meridian
      ? crossing(line, frame, 1, frame.height - inside)
      : crossing(line, frame, 0, inside);
    if (found === undefined) return [];
    const [x, y] = meridian ? [found, frame.height - 8] : [6, found - 5];
    if (meridian ? x < room.x || x > frameWidth - room.x : y < room.y || y > frame.height - room.y) return [];
    if (!free(x, y)) return [];
    const text = meridian ? degrees(lon, "E", "W") : degrees(lat, "N", "S");
    return [
      html`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${meridian && html` text-anchor="middle"`}
        >${text}</text
      >`,
    ];
  });
}

/** Where a line crosses a vertical (axis 0) or a horizontal (axis 1): the other coordinate. */
function crossing(line: Line, frame: Frame, axis: 0 | 1, at: number): number | undefined {
  const other = axis === 0 ? 1 : 0;
  const most = other === 0 ? frameWidth : frame.height;
  for (const piece of piecesOf(line, frame)) {
    for (let i = 1; i < piece.length; i++) {
      const [from, to] = [piece[i - 1]!, piece[i]!];
      if ((from[axis] - at) * (to[axis] - at) > 0 || from[axis] === to[axis]) continue;
      const share = (at - from[axis]) / (to[axis] - from[axis]);
      const found = from[other] + share * (to[other] - from[other]);
      if (found >= 0 && found <= most) return found;
    }
  }
  return undefined;
}

function degrees(value: number, positive: string, negative: string): string {
  const turned = positive === "E" ? value - 360 * Math.round(value / 360) : value;
  const amount = Number(Math.abs(turned).toFixed(4));
  const half = positive === "E" && amount === 180;
  return `${amount}°${amount === 0 || half ? "" : ` ${turned > 0 ? positive : negative}`}`;
}
