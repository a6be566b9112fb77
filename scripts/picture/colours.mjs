/** Colour scales of equal perceptual steps: viridis (matplotlib, CC0) and mako (seaborn, BSD-3-Clause), at even distances. */
const viridis = [
  "#440154",
  "#482878",
  "#3e4989",
  "#31688e",
  "#26828e",
  "#1f9e89",
  "#35b779",
  "#6ece58",
  "#b5de2b",
  "#fde725",
];
const mako = ["#2e1e3b", "#413d7b", "#37659e", "#348fa7", "#40b7ad", "#8bdab2"];

/** More is darker on rain, brighter on habitat and richness. */
export const scales = { rain: [...mako].reverse(), habitat: viridis, richness: viridis };

/** `count` colours along a scale, its ends included. */
export function sample(scale, count) {
  return Array.from({ length: count }, (_, index) => {
    const position = (index / (count - 1)) * (scale.length - 1);
    const left = Math.min(Math.floor(position), scale.length - 2);
    return blend(scale[left], scale[left + 1], position - left);
  });
}

function blend(a, b, share) {
  const channels = [1, 3, 5].map((at) => {
    const [from, to] = [a, b].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16));
    return Math.round(from + (to - from) * share);
  });
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
