/* One section of the dashboard: what needs its reader, the pinned sessions, a group, or the rest. Keeps its cards in order and moves only those
that stand elsewhere, so that a card under the pointer or with the focus stays what it is. */

import { preferences } from "../page.js";
import { NEEDED } from "../helpers/needs.js";
import { colourOf } from "../helpers/labels.js";
import { t, tn } from "../helpers/words.js";
import { setHidden, setText, stamp } from "./dom.js";

export class SessionSection {
  constructor() {
    this.element = stamp("session-section");
    const part = (name) => this.element.querySelector(`[data-part="${name}"]`);
    this.parts = Object.fromEntries(
      ["head", "fold", "swatch", "title", "count", "needing", "cards"].map((name) => [name, part(name)]));
    this.parts.fold.addEventListener("click", () => this.fold());
  }

  get folds() {
    return this.kind === "group" || this.kind === "rest";
  }

  get folded() {
    return this.folds && preferences.get("folded_groups", []).includes(this.name);
  }

  /** `plain`: it is the only one, and needs no head. */
  show({ kind, name, items }, cards, plain) {
    Object.assign(this, { kind, name });
    const { parts } = this;
    const title = { needs: t("Needs you"), pinned: t("Pinned"), rest: t("Other sessions"), group: name }[kind];
    setHidden(parts.head, plain);
    setText(parts.title, title);
    setText(parts.count, String(items.length));
    parts.cards.setAttribute("aria-label", title);
    setHidden(parts.swatch, kind !== "group");
    parts.swatch.dataset.colour = kind === "group" ? colourOf(name, preferences.get("group_colours")) : "";
    const needing = items.filter(({ news }) => news.score >= NEEDED).length;
    setHidden(parts.needing, !needing || kind === "needs");
    setText(parts.needing, needing ? tn("{count} needs you", "{count} need you", needing) : "");
    const folded = this.folded && !plain;
    parts.fold.setAttribute("aria-expanded", String(!folded));
    setHidden(parts.cards, folded);
    place(parts.cards, cards);
  }

  fold() {
    const { name } = this;
    const others = preferences.get("folded_groups", []).filter((one) => one !== name);
    if (!this.folds) return;
    preferences.set("folded_groups", this.folded ? others : [...others, name]);
  }
}

/** `children` in this order and no others. */
export function place(holder, children) {
  const wanted = new Set(children);
  for (const child of [...holder.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (holder.children[index] !== child) holder.insertBefore(child, holder.children[index] ?? null);
  });
}
