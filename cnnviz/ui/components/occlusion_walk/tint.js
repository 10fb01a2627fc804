// What the walk leaves behind: where it has been, the picture pales, and each pixel is tinted by the mean of what the
// squares that covered it took away.
const STRONGEST = 0.7; // so that the picture stays visible under the strongest tint

const tintOf = (share) => STRONGEST * Math.min(1, Math.abs(share)) ** 0.7; // small shares are seen, too

function drawTint(host, walk, measure) {
  const { data, seen } = walk;
  const [height, width] = data.size;
  if (!walk.tint || walk.tint.measure !== measure || walk.tint.upTo > seen) {
    walk.tint = { measure, upTo: -1, taken: new Float32Array(height * width), covered: new Uint16Array(height * width) };
  }
  const { taken, covered } = walk.tint;
  while (walk.tint.upTo < seen) cover(walk.tint, data.squares[++walk.tint.upTo], width);
  paint(part(host, "pale"), width, height, (at) => (covered[at] ? GREY : 0));
  const [adds, takes] = data.tints.map(rgb);
  const limit = measure.limit || 1;
  paint(part(host, "tint"), width, height, (at) => {
    const share = covered[at] ? taken[at] / covered[at] / limit : 0;
    return abgr(share > 0 ? takes : adds, tintOf(share));
  });
  part(host, "low").textContent = `adds ${measure.limitText}`;
  part(host, "high").textContent = `takes away ${measure.limitText}`;
  part(host, "bar").style.background = tintBar([adds, takes]);
}

const GREY = abgr([128, 128, 128], 1);

const rgb = (colour) => colour.match(/[0-9a-f]{2}/g).map((pair) => parseInt(pair, 16));

// A pixel as the canvas keeps it: alpha, blue, green, red.
function abgr([red, green, blue], alpha) {
  return ((Math.round(255 * alpha) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function paint(canvas, width, height, colourOf) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at++) pixels[at] = colourOf(at);
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
}

function cover({ measure, upTo, taken, covered }, [top, bottom, left, right], width) {
  for (let row = top; row <= bottom; row++) {
    for (let at = row * width + left; at <= row * width + right; at++) {
      taken[at] += measure.uncovered - measure.values[upTo];
      covered[at] += 1;
    }
  }
}

// The same tints on grey, from what adds most to what takes away most.
function tintBar(colours) {
  const stops = Array.from({ length: 21 }, (_, number) => {
    const share = number / 10 - 1;
    return `rgb(${colours[share > 0 ? 1 : 0].join(" ")} / ${tintOf(share)})`;
  });
  return `linear-gradient(to right, ${stops.join(", ")}), #b4b8bf`;
}
