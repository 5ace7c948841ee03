// Places. The dataset counts code points, a browser counts UTF-16 units; a character outside the basic plane (rare Han characters, 𠮷)
// is one of those and two of these. This is the only place where one is turned into the other.

export class Offsets {
  constructor(text) {
    this.text = text;
    this.astral = []; // code points that take two units, in order
    let point = 0;
    for (let unit = 0; unit < text.length; unit += 1, point += 1) {
      if (isPair(text, unit)) {
        this.astral.push(point);
        unit += 1;
      }
    }
    this.length = point;
  }

  // The unit at which a code point begins.
  toUnits(point) {
    return point + countBelow(this.astral, point, (at) => at);
  }

  // The code point that a unit belongs to; the second half of a pair belongs to its character.
  toPoints(unit) {
    const pairs = countBelow(this.astral, unit + 1, (at, index) => at + index + 1);
    return unit - pairs;
  }

  slice(start, end) {
    return this.text.slice(this.toUnits(start), this.toUnits(end));
  }
}

function isPair(text, unit) {
  const first = text.charCodeAt(unit);
  if (first < 0xd800 || first > 0xdbff || unit + 1 >= text.length) return false;
  const second = text.charCodeAt(unit + 1);
  return second >= 0xdc00 && second <= 0xdfff;
}

// How many of the sorted values lie below a bound.
export function countBelow(values, bound, of) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(values[middle], middle) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
