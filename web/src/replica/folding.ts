// Case folding exactly as the service does it, by a table made from the service's code (`make generated`). Not by
// `toLowerCase`: it keeps "ß" apart from "SS" and "ς" from "σ", and each browser knows a Unicode of its own.
import table from "./folding.json";

/** Made when somebody searches for the first time, since nobody shall wait for it before the first task is there. */
let known: Map<string, string> | undefined;

function foldings(): Map<string, string> {
  const folded = new Map(table.several as [string, string][]);
  for (const [first, last, step, distance] of table.runs as [number, number, number, number][]) {
    for (let code = first; code <= last; code += step) folded.set(String.fromCodePoint(code), String.fromCodePoint(code + distance));
  }
  return folded;
}

/** What may have a folding; the rest of a text need not be looked at one by one. */
const CANDIDATE = /[A-Z\u0080-\u{10ffff}]/gu;

/** Removes the difference between upper and lower case for all of Unicode. */
export function fold(text: string): string {
  known ??= foldings();
  const folded = known;
  return text.replace(CANDIDATE, (character) => folded.get(character) ?? character);
}
