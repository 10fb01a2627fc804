// What is said about a square; the numbers come as texts from Python, which made them add up.

function sentence({ squares, total }, { told, covered, change }, step) {
  if (!squares.length) return "No square has been covered yet.";
  const [top, bottom, left, right] = squares[step];
  const place = `Square ${step + 1} of ${total}: ${between("row", top, bottom)}, ${between("column", left, right)}.`;
  return `${place} ${told[0]}${covered[step]}${told[1]}${change[step]}.`;
}

const between = (noun, first, last) => (first === last ? `${noun} ${first}` : `${noun}s ${first} to ${last}`);
