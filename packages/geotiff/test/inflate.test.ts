import { deflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { inflate, inflateSlack } from "../src/pixels/codecs/deflate.js";

it("inflates into the buffer that it is given, under every supported Node", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >>> 7);
  const spare = new Uint8Array(bytes.length + inflateSlack);
  const inflated = inflate(deflateSync(bytes), bytes.length, spare);
  expect(Buffer.compare(inflated, bytes)).toBe(0);
  // Node has no documented way to do so; where the undocumented one is gone, this buffer is another.
  expect(inflated.buffer).toBe(spare.buffer);
});
