/** Both pictures are drawn as small as this, in which letters are a grey. */
const size = 64;

/**
 * By how much two pictures differ, in the mean of the colours of all pixels, when they are small: 0 to 255.
 * @param {import("playwright-core").Browser} browser decodes and draws them
 * @param {Buffer} one a PNG
 * @param {Buffer} other a PNG
 * @returns {Promise<number>}
 */
export async function difference(browser, one, other) {
  const page = await browser.newPage();
  try {
    return await page.evaluate(
      async ({ urls, size }) => {
        const [first, second] = await Promise.all(
          urls.map(async (url) => {
            const image = new Image();
            image.src = url;
            await image.decode();
            const context = new OffscreenCanvas(size, size).getContext("2d");
            context.imageSmoothingQuality = "high";
            context.drawImage(image, 0, 0, size, size);
            return context.getImageData(0, 0, size, size).data;
          }),
        );
        return first.reduce((sum, part, at) => sum + Math.abs(part - second[at]), 0) / (size * size * 3);
      },
      { urls: [one, other].map((bytes) => `data:image/png;base64,${bytes.toString("base64")}`), size },
    );
  } finally {
    await page.close();
  }
}
