// A square in eight orientations, as device/classifier/views.py turns it.

/** The symmetries of a square: four turns, each as it is and mirrored. */
export const VIEWS = 8;

/** A square of `side` x `side` cells of `depth` values each, in orientation `view`, 0 (as it is) to 7. */
export function turn(square, side, depth, view) {
  const turned = new square.constructor(square.length);
  eachCell(side, view, (before, after) => copy(square, depth * before, turned, depth * after, depth));
  return turned;
}

/** A square that lies in orientation `view`, as it was before. */
export function turnBack(square, side, depth, view) {
  const back = new square.constructor(square.length);
  eachCell(side, view, (before, after) => copy(square, depth * after, back, depth * before, depth));
  return back;
}

function copy(from, start, to, end, count) {
  for (let index = 0; index < count; index++) to[end + index] = from[start + index];
}

function eachCell(side, view, act) {
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) act(source(row, column, side, view), row * side + column);
  }
}

// Which cell comes to this place: mirrored last, turned against the clock before.
function source(row, column, side, view) {
  const last = side - 1;
  const across = view >= VIEWS / 2 ? last - column : column;
  switch (view % 4) {
    case 1:
      return across * side + last - row;
    case 2:
      return (last - row) * side + last - across;
    case 3:
      return (last - across) * side + row;
    default:
      return row * side + across;
  }
}
