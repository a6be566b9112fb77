import type { CellReport, CellTarget, Grid, Mask } from "@quadrat/core";
import { hasLongitudes, parseCrs } from "@quadrat/crs";
import { cleanedUp, type MaskCoverage } from "@quadrat/core/base";
import { withAbort } from "../tables/abort.js";
import { inputError, readError } from "../tables/faults.js";
import { openScratch, type Scratch } from "../tables/scratch.js";
import { Census, refuseFaults } from "./census.js";
import { RowRecords } from "./cells/row-records.js";
import type { Feature } from "./feature.js";
import type { Made } from "./made.js";
import { makeCells, makeCoverage, makeMask } from "./make-cells.js";
import type { RangePlan } from "./plan.js";
import { Polygons } from "./polygons.js";
import { needsCover, Rasteriser, runWords, shiftsOf } from "./rasterise.js";
import { examine } from "./shapes/examine.js";
import { createPlacer, type PlacedShape, type Placer } from "./shapes/place.js";
import type { PlacedPolygon, RangeJob } from "./range-job.js";
import { judged } from "./where.js";

/** Cells by which an edge may deviate from its image on the grid: coverage is exact to about that. */
const tolerances = { covered: 1e-5, centre: 1e-3 } as const;
const defaultBytes = 2 ** 26;
/** Records in memory take this part of what a source may use: they are sorted and read beside each other. */
const recordsShare = 1 / 8;

/** Puts polygons on the grid: into a table of cells and values. */
export function stageRanges(job: RangeJob, target: CellTarget): Promise<CellReport> {
  return withPolygons(job, target, async (made, census) => {
    const { columns, isDense } = await makeCells(made);
    return {
      read: census.read,
      used: census.used,
      skipped: census.skipped,
      repaired: census.repaired,
      placed: describe(job.plan),
      warnings: warningsOf(made, census),
      ...(columns && { columns }),
      ...(isDense && { dense: true as const }),
    };
  });
}

/** The cells that polygons take together. */
export function maskOfRanges(
  job: RangeJob,
  target: Omit<CellTarget, "table">,
): Promise<{ readonly mask: Mask; readonly warnings: readonly string[] }> {
  return withPolygons(job, { ...target, table: "" }, async (made, census) => {
    const mask = await makeMask(made);
    return { mask, warnings: warningsOf(made, census) };
  });
}

/** The fractions that polygons cover together of the cells of a mask. */
export function coverageOfRanges(
  job: RangeJob,
  target: Omit<CellTarget, "table"> & { readonly mask: Mask },
): Promise<MaskCoverage> {
  const plan = { ...job.plan, measure: "coverage", rule: "coverage" } as const;
  return withPolygons({ ...job, plan }, { ...target, table: "" }, (made) => makeCoverage(made, target.mask));
}

function warningsOf({ job: { reader, plan }, placer }: Made, census: Census): readonly string[] {
  return [...reader.warnings, ...placer.warnings, ...census.warnings(describe(plan)), ...cutWarning(placer)];
}

type Work<T> = (made: Made, census: Census) => Promise<T>;

/** Does work with polygons that have been put into cells. */
function withPolygons<T>(job: RangeJob, target: CellTarget, work: Work<T>): Promise<T> {
  const { store, signal } = target;
  return withAbort(signal, store, async () => {
    const scratch = await openScratch(store, job.name);
    return cleanedUp(
      async () => {
        try {
          return await place(job, target, scratch, work);
        } catch (cause) {
          throw readError(job.reader.file, cause);
        }
      },
      () => scratch.drop(),
    );
  });
}

async function place<T>(job: RangeJob, target: CellTarget, scratch: Scratch, work: Work<T>): Promise<T> {
  const { reader, plan } = job;
  const { grid, mask, memoryBytes = defaultBytes } = target;
  const covers = needsCover(plan);
  const bytes = Math.max(2 ** 20, Math.min(2 ** 27, memoryBytes * recordsShare));
  const records = new RowRecords(
    covers ? runWords.covered : runWords.plain,
    grid.height,
    bytes,
    scratch.runs,
  );
  const placer = createPlacer(job.crs, grid, covers ? tolerances.covered : tolerances.centre);
  const polygons = new Polygons();
  const census = new Census(reader.file);
  const rasteriser = new Rasteriser(grid, placer.turn, plan, records, mask);
  const numbers = new Map<number, number>();
  try {
    for await (const { feature, examined, placed } of placedPolygons(job, target, placer, census, polygons)) {
      const named = plan.species === undefined ? undefined : nameOf(feature, plan.species);
      const grouped = plan.expand || plan.measure === "species" ? named : undefined;
      const value = plan.value === undefined ? null : feature.values[plan.value]!;
      if (!placed) {
        census.leftOut("outside");
        continue;
      }
      const polygon = polygons.add(grouped, value);
      numbers.set(feature.position, polygon);
      if (shiftsOf(placed.shape, grid, placer.turn).length > 1) polygons.goesAround(polygon);
      const outcome = rasteriser.add(polygon, placed, examined.isSimple);
      if (outcome === "taken") census.used++;
      else census.leftOut(outcome, named ?? `feature ${feature.position}`);
    }
    census.assertPolygons();
    const again = () => placedPolygons(job, target, placer, new Census(reader.file), undefined);
    const made = { job, target, scratch, records, polygons, placer, numbers, again, bytes };
    return await work(made, census);
  } finally {
    records.close();
  }
}

/** The polygons that are to be used, in the order of the input; what becomes of the other features is counted. */
async function* placedPolygons(
  job: RangeJob,
  { grid, store, signal }: CellTarget,
  placer: Placer,
  census: Census,
  polygons: Polygons | undefined,
): AsyncGenerator<PlacedPolygon> {
  const { reader, plan } = job;
  // Species off the grid have columns too.
  const windows = plan.expand ? undefined : placer.windows;
  const features = reader.features({ fields: plan.fields, windows, signal });
  const check = latitudeCheck(job, census);
  for await (const { feature, holds } of judged(features, reader, plan, store)) {
    signal.throwIfAborted();
    census.read++;
    if (!holds) {
      census.leftOut("where");
      continue;
    }
    const name = plan.species === undefined ? undefined : nameOf(feature, plan.species);
    if (name !== undefined && plan.expand) polygons?.groupOf(name);
    census.shapes(feature);
    if (!feature.rings) continue;
    if (name === undefined && (plan.expand || plan.measure === "species")) {
      census.leftOut("nameless");
      continue;
    }
    check(feature);
    const examined = examine(feature.rings);
    if (examined.faults) {
      if (plan.invalid === "refuse")
        throw refuseFaults(reader.file, feature.position, name ?? "", examined.faults);
      census.faulty(examined.faults);
    }
    const placed = examined.fills.length === 0 ? undefined : placer.place(examined.rings, examined.fills);
    yield { feature, examined, placed: placed && meetsGrid(placed, grid, placer.turn) ? placed : undefined };
  }
}

function meetsGrid({ shape }: PlacedShape, { width, height }: Grid, turn: number): boolean {
  if (shape.south <= 0 || shape.north >= height) return false;
  return turn > 0 || (shape.east > 0 && shape.west < width);
}

/** A name without spaces around it; undefined if there is none. */
function nameOf({ values }: Feature, species: number): string | undefined {
  const value = values[species];
  const text = value === null || value === undefined ? "" : String(value).trim();
  return text === "" ? undefined : text;
}

/** Refuses longitudes and latitudes that can't be any, and counts polygons that reach beyond a pole. */
function latitudeCheck({ reader, crs }: RangeJob, census: Census): (feature: Feature) => void {
  const parsed = parseCrs(crs);
  if (!hasLongitudes(parsed)) return () => undefined;
  const pole = Math.PI / 2 / parsed.definition.unitFactor;
  const tolerance = pole * 1e-6;
  return ({ rings, position }) => {
    let isBeyond = false;
    const { xs, ys } = rings!;
    for (let i = 0; i < xs.length; i++) {
      const x = xs[i]!;
      const y = ys[i]!;
      if (Math.abs(y) <= pole + tolerance && Math.abs(x) <= 8 * pole) continue;
      if (!(Math.abs(y) <= 2 * pole && Math.abs(x) <= 8 * pole))
        throw inputError(
          reader.file,
          `feature ${position} has the coordinates ${x}, ${y}, which are not a longitude and a latitude`,
          {
            hint: "give the CRS of the file, such as `crs: EPSG:3035`",
          },
        );
      isBeyond = true;
    }
    if (isBeyond) census.beyondPole();
  };
}

function describe({ rule, measure, threshold }: RangePlan): string {
  if (rule === "centre") return "a cell belongs to a polygon that contains its centre";
  if (rule === "touched") return "a cell belongs to a polygon whose interior or edges it meets";
  return measure === "coverage" || threshold === 0
    ? "a cell belongs to a polygon that covers a part of it"
    : `a cell belongs to a polygon that covers at least ${threshold} of it`;
}

function cutWarning({ cut }: Placer): string[] {
  if (cut === 0) return [];
  return [
    `${cut === 1 ? "1 polygon has" : `${cut} polygons have`} points outside the domain of the grid's CRS: they are left out of its outline`,
  ];
}
