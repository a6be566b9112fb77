/** The rings of every polygon of a TopoJSON geometry, in the units of its transform: polygons[rings[[x, y]]]. */
export function polygonsOf(topology, geometry) {
  if (!geometry.arcs) return [];
  const polygons = geometry.type === "Polygon" ? [geometry.arcs] : geometry.arcs;
  return polygons.map((rings) => rings.map((arcs) => ringOf(topology, arcs)));
}

/** Arcs are shared between neighbours: the index ~i stands for arc i backwards. */
function ringOf(topology, arcs) {
  const ring = [];
  for (const index of arcs) {
    const points = pointsOf(topology, index < 0 ? ~index : index);
    if (index < 0) points.reverse();
    ring.push(...(ring.length > 0 ? points.slice(1) : points));
  }
  return ring;
}

/** Points are stored as integer differences from the point before. */
function pointsOf({ arcs, transform }, index) {
  let x = 0;
  let y = 0;
  return arcs[index].map(([dx, dy]) => {
    x += dx;
    y += dy;
    return [x * transform.scale[0] + transform.translate[0], y * transform.scale[1] + transform.translate[1]];
  });
}

/** The area-weighted centroid of polygons on the plane; undefined where they enclose nothing. A polygon's first ring is its outline, the others are holes. */
export function centroid(polygons) {
  let area = 0;
  let x = 0;
  let y = 0;
  for (const polygon of polygons) {
    polygon.forEach((ring, index) => {
      const part = moments(ring);
      const weight = Math.sign(part.area) * (index === 0 ? 1 : -1);
      area += weight * part.area;
      x += weight * part.x;
      y += weight * part.y;
    });
  }
  return area > 0 ? [x / area, y / area] : undefined;
}

/** Signed area and first moments by the shoelace formula, about the ring's first point to keep the digits. */
function moments(ring) {
  const [x0, y0] = ring[0];
  let area = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < ring.length; i++) {
    const [ax, ay] = [ring[i][0] - x0, ring[i][1] - y0];
    const next = ring[(i + 1) % ring.length];
    const [bx, by] = [next[0] - x0, next[1] - y0];
    const cross = ax * by - bx * ay;
    area += cross / 2;
    x += ((ax + bx) * cross) / 6;
    y += ((ay + by) * cross) / 6;
  }
  return { area, x: x + area * x0, y: y + area * y0 };
}
