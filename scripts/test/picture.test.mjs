import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { classOf, dots, map } from "../picture/map.mjs";
import { readGrid } from "../picture/table.mjs";

const classes = { edges: [1, 2], colours: ["#low", "#mid", "#top"] };

describe("the picture's maps", () => {
  const folder = mkdtempSync(join(tmpdir(), "quadrat-picture-"));
  after(() => rmSync(folder, { recursive: true }));

  it("put a value that stands on an edge into the class above, and NULL into none", () => {
    assert.deepEqual(
      [0.99, 1, 1.5, 2, 9, NaN].map((value) => classOf(value, classes)),
      [0, 1, 1, 2, 2, undefined],
    );
  });

  it("place rows by their coordinates, whatever their order and whatever is missing", () => {
    const file = join(folder, "merged.csv");
    writeFileSync(file, "x,y,a,b\n0.75,0.25,4,\n0.25,0.75,1,2\n1.25,0.75,,3\n");
    const grid = readGrid(file);
    assert.deepEqual([grid.width, grid.height, grid.west, grid.north, grid.size], [3, 2, 0, 1, 0.5]);
    assert.deepEqual([...grid.columns.a], [1, NaN, NaN, NaN, 4, NaN]);
    assert.deepEqual([...grid.columns.b], [2, NaN, 3, NaN, NaN, NaN]);
  });

  it("draw a dot about the centre of each cell that has a value", () => {
    const values = [NaN, 0, NaN, NaN, 2, NaN];
    const land = [NaN, NaN, NaN, 1, NaN, NaN];
    const drawing = dots({ width: 3, height: 2 }, values, classes, { stretch: 1.25, land });
    assert.deepEqual(
      [...drawing.matchAll(/<ellipse cx="(.*?)" cy="(.*?)" rx="(.*?)" ry="(.*?)" fill="(.*?)"\/>/g)].map(
        ([, ...dot]) => dot,
      ),
      [
        ["1.5", "0.5", "1.4", "1.12", "#low"],
        ["1.5", "1.5", "1.4", "1.12", "#top"],
      ],
    );
    assert.match(drawing, /<path class="land" d="m0 1h1v1h-1z"\/>/);
  });

  it("draw every cell once, where it is", () => {
    const [width, height] = [7, 5];
    const values = Array.from(
      { length: width * height },
      (_, cell) => [0, 0, 1, 1, 1, 2, NaN, 0][(cell * 5) % 8],
    );
    const drawn = new Array(width * height).fill(NaN);
    for (const [, colour, path] of map({ width, height }, values, classes).matchAll(
      /fill="(#\w+)" d="([^"]+)"/g,
    )) {
      let [x, y] = [0, 0];
      for (const [, dx, dy, length] of path.matchAll(/m(-?\d+) (-?\d+)h(\d+)v1h-\d+z/g)) {
        [x, y] = [x + Number(dx), y + Number(dy)];
        for (let i = 0; i < Number(length); i++) {
          assert.ok(Number.isNaN(drawn[y * width + x + i]));
          drawn[y * width + x + i] = classes.colours.indexOf(colour);
        }
      }
    }
    assert.deepEqual(
      drawn,
      values.map((value) => classOf(value, classes) ?? NaN),
    );
  });
});
