import encodeQR from 'qr';

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES = 5;
const PAPER = 215;
const INK = 40;

/** A film in which a label with a QR code hangs still, as YUV4MPEG2: what a browser takes for a camera. */
export function filmOfCode(text: string): Buffer {
  const modules = encodeQR(text, 'raw', { border: 4 });
  const size = Math.floor((HEIGHT * 0.8) / modules.length);
  const [left, top] = [WIDTH, HEIGHT].map((side) => Math.floor((side - size * modules.length) / 2)) as [number, number];
  const light = Buffer.alloc(WIDTH * HEIGHT, 120);
  for (const [row, line] of modules.entries()) {
    for (const [column, dark] of line.entries()) {
      for (let y = 0; y < size; y += 1) {
        const start = (top + row * size + y) * WIDTH + left + column * size;
        light.fill(dark ? INK : PAPER, start, start + size);
      }
    }
  }
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, colour]);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  return Buffer.concat([header, ...Array<Buffer>(FRAMES).fill(frame)]);
}
