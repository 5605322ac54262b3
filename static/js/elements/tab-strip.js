/* The tabs of a workspace: choosing, renaming, dragging into another order. It draws what it is given and tells what was
asked of it: `chosen` {id}, `shut` {id}, `renamed` {id, name}, `moved` {id, to}. */

import { t } from "../helpers/words.js";
import { setHidden, setText, stamp } from "./dom.js";

// A pointer that moves less presses; one that moves more drags.
const DRAG_PX = 6;
const NEWS = { ended: () => t("a program has ended"), bell: () => t("the bell rang"), output: () => t("new output") };

export class TabStrip extends EventTarget {
  constructor(holder) {
    super();
    this.holder = holder;
    this.made = new Map();
    holder.addEventListener("keydown", (event) => this.key(event));
    holder.addEventListener("pointerdown", (event) => this.grabbed(event));
  }

  /** `tabs`: [{id, label, news}]. */
  draw(tabs, active) {
    const wanted = new Set(tabs.map(({ id }) => id));
    for (const [id, tab] of this.made) {
      if (wanted.has(id)) continue;
      tab.remove();
      this.made.delete(id);
    }
    tabs.forEach((facts, index) => {
      const tab = this.made.get(facts.id) ?? this.make(facts.id);
      if (!this.dragging && this.holder.children[index] !== tab) this.holder.insertBefore(tab, this.holder.children[index] ?? null);
      this.fill(tab, facts, facts.id === active);
    });
  }

  make(id) {
    const tab = stamp("workspace-tab");
    tab.dataset.id = id;
    part(tab, "pick").addEventListener("click", () => this.tell("chosen", { id }));
    part(tab, "pick").addEventListener("dblclick", () => this.rename(id));
    part(tab, "close").addEventListener("click", () => this.tell("shut", { id }));
    tab.addEventListener("auxclick", (event) => event.button === 1 && this.tell("shut", { id }));
    this.made.set(id, tab);
    return tab;
  }

  fill(tab, { label, news }, active) {
    const pick = part(tab, "pick");
    setText(part(tab, "label"), label);
    pick.title = label;
    pick.ariaSelected = String(active);
    pick.tabIndex = active ? 0 : -1;
    if (active && !tab.classList.contains("active")) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    tab.classList.toggle("active", active);
    tab.dataset.news = news ?? "";
    setText(part(tab, "mark"), { ended: "■", bell: "♪", output: "●" }[news] ?? "");
    setText(part(tab, "news"), news ? `, ${NEWS[news]()}` : "");
    pick.ariaLabel = news ? t("{name}: {news}", { name: label, news: NEWS[news]() }) : label;
  }

  key(event) {
    const { key, target } = event;
    const tab = target.closest("[role=tab]")?.closest(".tab");
    if (!tab || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = [...this.holder.children];
    const at = all.indexOf(tab);
    const next = { ArrowLeft: all.at(at - 1), ArrowRight: all[(at + 1) % all.length], Home: all[0], End: all.at(-1) }[key];
    if (next) {
      this.tell("chosen", { id: next.dataset.id });
      part(next, "pick").focus();
    } else if (key === "Delete") this.tell("shut", { id: tab.dataset.id });
    else if (key === "F2") this.rename(tab.dataset.id);
    else return;
    event.preventDefault();
  }

  // Names

  rename(id) {
    const tab = this.made.get(id);
    if (!tab) return;
    const field = part(tab, "rename");
    const end = (keep) => {
      if (field.hidden) return;
      setHidden(field, true);
      setHidden(part(tab, "pick"), false);
      if (keep) this.tell("renamed", { id, name: field.value.trim() });
      part(tab, "pick").focus();
    };
    field.value = part(tab, "label").textContent;
    setHidden(field, false);
    setHidden(part(tab, "pick"), true);
    field.focus();
    field.select();
    field.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && !event.isComposing) end(true);
      else if (event.key === "Escape") end(false);
    };
    field.onblur = () => end(true);
  }

  // Dragging. The others move around the one that is held, which would lose the pointer if it were taken out.

  grabbed(event) {
    const tab = event.target.closest("[role=tab]")?.closest(".tab");
    if (!tab || event.button !== 0) return;
    const end = new AbortController();
    const { signal } = end;
    const start = event.clientX;
    const follow = ({ clientX }) => {
      if (!this.dragging && Math.abs(clientX - start) < DRAG_PX) return;
      this.dragging = true;
      tab.classList.add("dragged");
      this.pass(tab, clientX);
    };
    const stop = () => {
      end.abort();
      tab.classList.remove("dragged");
      if (!this.dragging) return;
      this.dragging = false;
      this.tell("moved", { id: tab.dataset.id, to: [...this.holder.children].indexOf(tab) });
    };
    document.addEventListener("pointermove", follow, { signal });
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, stop, { signal });
  }

  pass(tab, x) {
    const middle = (other) => {
      const { left, width } = other.getBoundingClientRect();
      return left + width / 2;
    };
    const [before, after] = [tab.previousElementSibling, tab.nextElementSibling];
    if (before && x < middle(before)) tab.after(before);
    else if (after && x > middle(after)) tab.before(after);
  }

  tell(name, detail) {
    this.dispatchEvent(Object.assign(new Event(name), { detail }));
  }
}

function part(tab, name) {
  return tab.querySelector(`[data-part="${name}"]`);
}
