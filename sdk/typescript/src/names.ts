// Names for people: whether a text shows all that it holds (ASP-ORG-010). Which characters stand in no name is the table of one
// version of Unicode; composition and marks are those of the language's own.

import { utf8Length } from "./bytes.js";
import { REFUSED } from "./generated/characters.js";

const BYTES_MAX = 200;
const MARKS_MAX = 4;

/** Whether a text is a display name. */
export const isDisplayName = (text: string): boolean => {
  const length = utf8Length(text);
  const characters = [...text];
  if (length < 1 || length > BYTES_MAX || !characters.every(isShown)) return false;
  if (text.startsWith(" ") || text.endsWith(" ") || text.includes("  ")) return false;
  if (text.normalize("NFC") !== text || /^\p{M}/u.test(text)) return false;
  // A letter that this version of Unicode does not know has no category here; it may well be one.
  return /[\p{L}\p{N}\p{Cn}]/u.test(text) && !heapsMarks(text);
};

/** Whether a character can stand in a display name. */
export const isShown = (character: string): boolean => {
  const point = character.codePointAt(0) ?? 0;
  let [least, most] = [0, REFUSED.length / 2];
  while (least < most) {
    const middle = (least + most) >> 1;
    if ((REFUSED[2 * middle + 1] ?? 0) < point) least = middle + 1;
    else most = middle;
  }
  return least === REFUSED.length / 2 || point < (REFUSED[2 * least] ?? 0);
};

/** UTS #39 §5.4: a nonspacing mark twice together, or more than four in a row. */
const heapsMarks = (text: string): boolean => {
  let row = 0;
  let before = "";
  for (const character of text.normalize("NFD")) {
    row = /[\p{Mn}\p{Me}]/u.test(character) ? row + 1 : 0;
    if (row > MARKS_MAX || (row > 1 && character === before)) return true;
    before = character;
  }
  return false;
};
