/* A viewer as a small round face: initials, a colour of its own, and the device in words or as a sign beside it. Faces are
decoration; whatever holds them says the same in words. */

import { hue, initials } from "../helpers/people.js";
import { setText } from "./dom.js";

/** Draws `viewer` (null: nobody) into `element`. */
export function face(element, viewer, { mine = false, typist = false } = {}) {
  const is = { nobody: !viewer, mine, away: Boolean(viewer?.hidden), typist };
  element.className = ["avatar", ...Object.keys(is).filter((name) => is[name])].join(" ");
  element.hidden = false;
  element.dataset.hue = viewer ? String(hue(viewer.user)) : "";
  element.dataset.device = viewer?.device ?? "";
  setText(element.querySelector("b") ?? element, viewer ? initials(viewer.user) : "–");
}
