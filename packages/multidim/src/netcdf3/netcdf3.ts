import type { RandomAccessFile } from "@quadrat/core/base";
import { readingOf } from "../fault.js";
import type { Container, Dimension, Variable } from "../model.js";
import { bytesOf, toSamples } from "../samples.js";
import { countOf, partsOf, pieceOf } from "../shapes.js";
import { bytesOfVariable, readHeader, type ClassicHeader, type ClassicVariable } from "./header.js";

/** Opens a classic NetCDF file: of its header all is read, of its values only what is asked for. */
export async function openNetcdf3(file: RandomAccessFile): Promise<Container> {
  const header = await readingOf(file.path, "the header of the NetCDF file", () => readHeader(file));
  const layout = layoutOf(header, file.size);
  return {
    path: file.path,
    format: header.version === 5 ? "NetCDF (64-bit data)" : "NetCDF 3",
    netcdf: true,
    variables: header.variables.map((variable) => toVariable(file, header, layout, variable)),
    attributes: () => Promise.resolve(header.attributes),
    close: () => file.close(),
  };
}

interface RecordLayout {
  /** Bytes from one record to the next. */
  readonly stride: number;
  readonly count: number;
}

/** Variables with records lie together record by record, each padded to four bytes unless it is the only one. */
function layoutOf(header: ClassicHeader, size: number): RecordLayout {
  const { recordDimension, variables } = header;
  const recorded = variables.filter(
    ({ dimensions }) => recordDimension !== undefined && dimensions[0] === recordDimension,
  );
  const bytes = recorded.map((variable) => bytesOfVariable(header, variable));
  const stride = bytes.length === 1 ? bytes[0]! : bytes.reduce((sum, one) => sum + Math.ceil(one / 4) * 4, 0);
  const begin = Math.min(...recorded.map((variable) => variable.begin));
  const inFile = stride > 0 ? Math.max(0, Math.floor((size - begin) / stride)) : 0;
  return { stride, count: header.records ?? inFile };
}

function toVariable(
  file: RandomAccessFile,
  header: ClassicHeader,
  records: RecordLayout,
  variable: ClassicVariable,
): Variable {
  const { name, type, begin, attributes } = variable;
  const dimensions = variable.dimensions.map((at): Dimension => {
    const { name, length } = header.dimensions[at]!;
    return { name, path: name, length: at === header.recordDimension ? records.count : length };
  });
  const shape = dimensions.map(({ length }) => length);
  const isRecorded =
    header.recordDimension !== undefined && variable.dimensions[0] === header.recordDimension;
  const itemBytes = type === "char" ? 1 : bytesOf(type);
  const one = isRecorded ? shape.slice(1) : shape;
  const part = partsOf(one, itemBytes);
  const recordBytes = countOf(one) * itemBytes;
  const end =
    countOf(shape) === 0 ? 0 : begin + recordBytes + (isRecorded ? (shape[0]! - 1) * records.stride : 0);
  return {
    path: name,
    shape,
    dimensions,
    type: type === "char" ? undefined : type,
    typeName: type === "char" ? "text" : type,
    attributes,
    chunkShape: isRecorded ? [1, ...part] : part,
    fill: 0,
    fillIsMissing: false,
    unreadable:
      end > file.size
        ? `its values end at byte ${end}, but the file has ${file.size}: the file was cut short`
        : undefined,
    async readChunk(index) {
      const [record, inner] = isRecorded ? [index[0]!, index.slice(1)] : [0, index];
      const { start, count } = pieceOf(inner, one, part);
      const offset = begin + record * records.stride + start * itemBytes;
      const bytes = await file.read(offset, count * itemBytes);
      return toSamples(bytes, type === "char" ? "int8" : type, false);
    },
  };
}
