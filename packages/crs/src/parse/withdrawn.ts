/**
 * Codes that EPSG withdrew because their definition was wrong, and what replaced them. EPSG's text and that of
 * @esri/proj-codes differ by metres to thousands of kilometres, so none is right.
 */
export const withdrawnCodes: Readonly<Record<string, string>> = {
  "EPSG:2155": "EPSG:2194",
  "EPSG:2244": "EPSG:2965",
  "EPSG:2245": "EPSG:2966",
  "EPSG:2577": "EPSG:3389",
  "EPSG:2694": "EPSG:3390",
  "EPSG:2934": "EPSG:3000",
  "EPSG:3073": "EPSG:3463",
  "EPSG:3076": "EPSG:3464",
  "EPSG:3359": "EPSG:3404",
  "EPSG:3366": "EPSG:3407",
  "EPSG:3454": "EPSG:4457",
  "EPSG:5388": "EPSG:5839",
  "EPSG:6141": "EPSG:6391",
  "EPSG:7804": "EPSG:9391",
  "EPSG:26591": "EPSG:3003",
  "EPSG:26592": "EPSG:3004",
  "EPSG:26747": "EPSG:26799",
  "EPSG:26979": "EPSG:2205",
  "EPSG:31278": "EPSG:31279",
  "EPSG:32018": "EPSG:4456",
  "EPSG:32029": "EPSG:4455",
  "EPSG:32036": "EPSG:2204",
};

/** Codes whose definitions by EPSG and by Esri differ by less than a metre: by how much, in metres. */
export const looseCodes: Readonly<Record<string, number>> = {
  "EPSG:2291": 0.05,
  "EPSG:3328": 0.08,
  "EPSG:23433": 0.04,
  "EPSG:29100": 0.2,
  ...Object.fromEntries(span(29118, 29122).map((code) => [`EPSG:${code}`, 0.07])),
  ...Object.fromEntries(span(29177, 29185).map((code) => [`EPSG:${code}`, 0.2])),
  "EPSG:29871": 0.01,
  "EPSG:29872": 0.01,
  "EPSG:29873": 0.01,
  "ESRI:102448": 0.3,
};

function span(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
