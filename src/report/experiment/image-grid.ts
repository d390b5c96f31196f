/** @file Images side by side as one PNG, each pixel enlarged to a square. */
import { encode } from 'fast-png';

/** Images as a run leaves them: [n, height, width, channels] in [0, 1], one channel or three. */
export interface Pixels {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What a run shows of itself. */
export interface RunImages {
  readonly originals?: Pixels;
  readonly reconstructions?: Pixels;
  readonly samples?: Pixels;
  /**
   * Where the codes of the samples were drawn: the prior, or a Gaussian fitted to the codes of training
   * records.
   */
  readonly samplesFrom?: 'prior' | 'codes';
}

export interface Picture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pixels of the picture a pixel of an image. */
const ZOOM = 3;
/** White lines between images, and wider ones between blocks of rows. */
const GAP = 2;

const byte = (value: number): number => Math.round(255 * Math.min(1, Math.max(0, value)));

/** Rows of images; a row shows the first `columns` of its images from `from` on. */
interface Row {
  readonly images: Pixels;
  readonly from: number;
}

function draw(rows: readonly Row[], columns: number): Picture {
  const [, height = 0, width = 0, channels = 1] = rows[0]!.images.shape;
  const [cellWidth, cellHeight] = [ZOOM * width + GAP, ZOOM * height + GAP];
  const picture = { width: columns * cellWidth - GAP, height: rows.length * cellHeight - GAP };
  const data = new Uint8Array(picture.width * picture.height * 3).fill(255);
  rows.forEach(({ images, from }, row) => {
    const count = Math.min(columns, images.shape[0]! - from);
    for (let column = 0; column < count; column++)
      for (let y = 0; y < ZOOM * height; y++)
        for (let x = 0; x < ZOOM * width; x++) {
          const pixel =
            (((from + column) * height + Math.floor(y / ZOOM)) * width + Math.floor(x / ZOOM)) * channels;
          const to = ((row * cellHeight + y) * picture.width + column * cellWidth + x) * 3;
          for (let c = 0; c < 3; c++) data[to + c] = byte(images.data[pixel + (channels === 1 ? 0 : c)]!);
        }
  });
  return { ...picture, png: encode({ ...picture, data, channels: 3, depth: 8 }) };
}

const COLUMNS = 8;

const starts = ({ shape }: Pixels, columns: number): number[] =>
  Array.from({ length: Math.ceil(shape[0]! / columns) }, (_, i) => i * columns);

/** Originals above their reconstructions, in pairs of rows; undefined where there are none. */
export function reconstructionGrid({ originals, reconstructions }: RunImages): Picture | undefined {
  if (originals === undefined || reconstructions === undefined || originals.shape[0] === 0) return undefined;
  if (String(originals.shape) !== String(reconstructions.shape))
    throw new RangeError(
      `image grid: reconstructions must have the shape of the originals [${originals.shape}], got [${reconstructions.shape}]`,
    );
  const columns = Math.min(COLUMNS, originals.shape[0]!);
  const rows = starts(originals, columns).flatMap(from => [
    { images: originals, from },
    { images: reconstructions, from },
  ]);
  return draw(rows, columns);
}

export function sampleGrid({ samples }: RunImages): Picture | undefined {
  if (samples === undefined || samples.shape[0] === 0) return undefined;
  const columns = Math.min(COLUMNS, samples.shape[0]!);
  return draw(
    starts(samples, columns).map(from => ({ images: samples, from })),
    columns,
  );
}
