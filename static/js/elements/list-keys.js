/* The dashboard by keyboard alone. The rule: each key is an action of the page's registry, which the palette and the help
know and shortcuts.js listens to. */

import { actions } from "../page.js";
import { t } from "../helpers/words.js";

export function bindKeys(list) {
  for (const action of actionsOf(list)) actions.add(action);
  list.addEventListener("focusin", ({ target }) => { list.lastFocused = target.closest("session-card"); });
  list.part("search").addEventListener("keydown", (event) => leaveSearch(event, list));
}

function actionsOf(list) {
  const { deeds, picked } = list;
  const group = t("Sessions");
  const here = () => chosen(list);
  const any = () => here().length > 0;
  const one = () => focusedCard(list);
  const arrows = () => !document.activeElement?.closest("fieldset"); // radio buttons have their own
  return [
    { id: "list.next", title: t("Next session"), keys: ["j", "ArrowRight"], when: arrows, run: () => move(list, 1) },
    { id: "list.previous", title: t("Previous session"), keys: ["k", "ArrowLeft"], when: arrows, run: () => move(list, -1) },
    { id: "list.below", title: t("Session below"), keys: ["ArrowDown"], when: arrows, run: () => move(list, columns(list)) },
    { id: "list.above", title: t("Session above"), keys: ["ArrowUp"], when: arrows, run: () => move(list, -columns(list)) },
    { id: "list.search", title: t("Search sessions"), keys: ["/"], run: () => list.part("search").focus() },
    { id: "list.new", title: t("New session"), keys: ["n"], run: () => document.querySelector("new-session").open() },
    { id: "list.open", title: t("Open session"), keys: ["o"], when: one, run: () => one().part("link").click() },
    { id: "list.workspace", title: t("Open in workspace"), keys: ["w"], when: any, run: () => deeds.workspace(here()) },
    { id: "list.pick", title: t("Select session"), keys: ["x"], when: one, run: () => list.pick(one(), false) },
    { id: "list.pick-through", title: t("Select up to here"), keys: ["X"], when: one, run: () => list.pick(one(), true, true) },
    { id: "list.pick-all", title: t("Select all"), keys: ["*"], run: () => deeds.bulk("all") },
    { id: "list.pick-none", title: t("Clear selection"), keys: ["Escape"], when: () => picked.size > 0, run: () => picked.clear() },
    { id: "list.pin", title: t("Keep on top"), keys: ["p"], when: one, run: () => deeds.pin([one().session]) },
    { id: "list.tag", title: t("Change tags"), keys: ["#", "t"], when: any, run: () => deeds.tag(here()) },
    { id: "list.group", title: t("Change group"), keys: ["g"], when: any, run: () => deeds.group(here()) },
    { id: "list.seen", title: t("Mark as seen"), keys: ["s"], when: any, run: () => deeds.seen(here()) },
    { id: "list.again", title: t("Run again"), keys: ["r"], when: () => one() && one().session.state !== "running", run: () => deeds.again([one().session]) },
    { id: "list.end", title: t("End session"), keys: ["e"], when: any, run: () => deeds.end(here()) },
    { id: "list.forget", title: t("Forget session"), keys: ["Delete"], when: any, run: () => deeds.forget(here()) },
    { id: "list.undo", title: t("Undo"), keys: ["z"], when: () => deeds.undoable.pending, run: () => deeds.undo() },
    { id: "list.view", title: t("Compact list"), keys: ["v"], run: () => list.toggleView() },
  ].map((action) => ({ group, ...action }));
}

/** From the search straight to what was found. */
function leaveSearch(event, list) {
  if (event.key === "Escape" && event.target.value) list.search("");
  else if (event.key === "Escape") event.target.blur();
  else if (event.key === "ArrowDown" || event.key === "Enter") {
    list.drawNow(); // who types fast is here before the frame in which the list is narrowed
    focusCard(cardsOf(list)[0]);
  }
  else return;
  event.preventDefault();
}

function cardsOf(list) {
  return [...list.querySelectorAll(".cards:not([hidden]) > session-card")];
}

/** While a dialog is open (the palette asks what can be done) the one that had the focus before it. */
function focusedCard(list) {
  const card = document.querySelector("dialog[open]") ? list.lastFocused : document.activeElement?.closest?.("session-card");
  return card && list.contains(card) ? card : null;
}

/** Those that are selected, else the one with the focus. */
function chosen(list) {
  if (list.picked.size) return [...list.picked.ids].map((id) => list.feed.sessions.get(id)).filter(Boolean);
  const card = focusedCard(list);
  return card ? [card.session] : [];
}

function move(list, steps) {
  const cards = cardsOf(list);
  const at = cards.indexOf(focusedCard(list));
  if (at < 0) focusCard(cards[steps > 0 ? 0 : cards.length - 1]);
  else focusCard(cards[Math.min(Math.max(at + steps, 0), cards.length - 1)]);
}

function focusCard(card) {
  card?.part("link").focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest" });
}

function columns(list) {
  const cards = cardsOf(list);
  const top = cards[0]?.offsetTop;
  const at = cards.findIndex((card) => card.offsetTop !== top);
  return Math.max(1, at);
}
