// The picture with its heat map on a canvas.

// Inferno at nine places; between them colours are mixed. Its brightness rises evenly from cold to hot.
const INFERNO = [[0, 0, 4], [31, 12, 72], [85, 15, 109], [136, 34, 106], [186, 54, 85], [227, 89, 51], [249, 140, 10], [249, 201, 50], [252, 255, 164]];
const FADE = 0.35; // heat at which colours reach their full opacity

export function draw(canvas, picture, heat, place, size, opacity) {
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  if (!place) return;
  const [[xx, xy, x0], [yx, yy, y0]] = place;
  context.save();
  context.transform(xx, yx, xy, yy, x0, y0);
  if (heat && opacity > 0) {
    context.imageSmoothingQuality = "high";
    context.beginPath();
    context.rect(0, 0, size[0], size[1]);
    context.clip();
    context.drawImage(colored(heat, opacity), 0, 0, size[0], size[1]);
  }
  context.strokeStyle = "#ffffff8c";
  context.lineWidth = 2 / Math.hypot(xx, yx);
  context.strokeRect(0, 0, size[0], size[1]);
  context.restore();
}

function colored(heat, opacity) {
  const rows = heat.length, columns = heat[0].length, scale = 8;
  const image = new ImageData(columns * scale, rows * scale);
  for (let y = 0; y < rows * scale; y++) {
    for (let x = 0; x < columns * scale; x++) {
      const value = bilinear(heat, (y + 0.5) / scale - 0.5, (x + 0.5) / scale - 0.5);
      const [red, green, blue] = color(value);
      image.data.set([red, green, blue, 255 * opacity * Math.min(value / FADE, 1)], 4 * (y * columns * scale + x));
    }
  }
  const small = new OffscreenCanvas(image.width, image.height);
  small.getContext("2d").putImageData(image, 0, 0);
  return small;
}

function bilinear(grid, y, x) {
  const inside = (value, length) => Math.min(Math.max(value, 0), length - 1);
  const [top, left] = [Math.floor(inside(y, grid.length)), Math.floor(inside(x, grid[0].length))];
  const [bottom, right] = [inside(top + 1, grid.length), inside(left + 1, grid[0].length)];
  const [down, across] = [inside(y, grid.length) - top, inside(x, grid[0].length) - left];
  const mix = (one, other, share) => one + share * (other - one);
  return mix(mix(grid[top][left], grid[top][right], across), mix(grid[bottom][left], grid[bottom][right], across), down);
}

function color(value) {
  const place = Math.min(Math.max(value, 0), 1) * (INFERNO.length - 1);
  const low = Math.min(Math.floor(place), INFERNO.length - 2);
  return INFERNO[low].map((level, channel) => level + (place - low) * (INFERNO[low + 1][channel] - level));
}
