/* <presence-list>: the popover that names everybody who is here. Events: `follow-chosen` {viewer} (an id, or null),
`keyboard-chosen` {viewer, on}. */

import { size } from "../helpers/format.js";
import { deviceWord, doing, lastTypist, named, typing, userWord } from "../helpers/people.js";
import { roleWords } from "../helpers/roles.js";
import { t } from "../helpers/words.js";
import { Parted, setHidden, setText } from "./dom.js";
import { face } from "./faces.js";

// More are counted: nobody reads a list of hundreds.
const MOST_SHOWN = 50;

class PresenceList extends Parted {
  /** `facts`: {viewers, mine (an id), holder (an id), followed (an id), lends (whether this page
   * gives the keyboard), total, announce, now}. */
  draw(facts) {
    this.facts = facts;
    const { viewers, mine, total } = facts;
    const first = (one) => (one.viewer === mine ? 0 : 1);
    const shown = [...viewers].sort((a, b) => first(a) - first(b)).slice(0, MOST_SHOWN);
    this.typist = lastTypist(viewers)?.viewer;
    this.rows(shown.length);
    shown.forEach((viewer, index) => this.drawRow(this.part("list").children[index], viewer));
    this.show("nobody", total === 0);
    this.show("more", total > shown.length);
    this.say("more", t("And {count} more.", { count: total - shown.length }));
    this.part("announce").checked = facts.announce;
  }

  /** Rows are kept, so that a button that has the focus stays the same one. */
  rows(count) {
    const list = this.part("list");
    while (list.children.length > count) list.lastElementChild.remove();
    while (list.children.length < count) {
      const row = this.part("person").content.firstElementChild.cloneNode(true);
      const on = (name, act) => row.querySelector(`.${name}`).addEventListener("click", () => act(row.dataset.viewer));
      on("follow", (viewer) => this.follow(viewer));
      on("give", (viewer) => this.lend(viewer, true));
      on("take", (viewer) => this.lend(viewer, false));
      list.append(row);
    }
  }

  drawRow(row, viewer) {
    const { mine, followed, holder, now } = this.facts;
    const own = viewer.viewer === mine;
    const following = viewer.viewer === followed;
    row.dataset.viewer = viewer.viewer;
    face(row.querySelector(".avatar"), viewer, { mine: own, typist: viewer.viewer === this.typist });
    setText(row.querySelector(".who"), own ? t("{user} (this window)", { user: userWord(viewer.user) }) : userWord(viewer.user));
    words(row.querySelector(".doing"), [
      deviceWord(viewer.device), own ? "" : doing(viewer, now), viewer.viewer === this.typist && !typing(viewer, now) ? t("typed last") : "",
      viewer.viewer === holder ? t("set the size") : "",
      viewer.rows && viewer.cols ? t("window {size}", { size: size(viewer.rows, viewer.cols) }) : "",
      roleWords(viewer.role), viewer.asks ? t("asks for the keyboard") : "", viewer.lent ? t("has the keyboard") : "",
    ]);
    this.drawKeyboard(row, viewer);
    const button = row.querySelector(".follow");
    setHidden(button, own || viewer.device === "script");
    button.ariaPressed = String(following);
    setText(button, following ? t("Following") : t("Follow"));
    button.ariaLabel = following ? t("Following {who}", { who: named(viewer) }) : t("Follow {who}", { who: named(viewer) });
  }

  drawKeyboard(row, { viewer, asks, lent, user, device }) {
    const { lends } = this.facts;
    const who = { who: named({ user, device }) };
    const [give, take] = [row.querySelector(".give"), row.querySelector(".take")];
    setHidden(give, !(lends && asks));
    setHidden(take, !(lends && (asks || lent)));
    give.ariaLabel = t("Let {who} type", who);
    setText(take, lent ? t("Take the keyboard") : t("Not now"));
    take.ariaLabel = lent ? t("Take the keyboard from {who}", who) : t("Do not let {who} type now", who);
    row.dataset.viewer = viewer;
  }

  lend(viewer, on) {
    this.dispatchEvent(new CustomEvent("keyboard-chosen", { detail: { viewer, on } }));
  }

  follow(viewer) {
    const detail = { viewer: viewer === this.facts.followed ? null : viewer };
    this.dispatchEvent(new CustomEvent("follow-chosen", { detail }));
  }
}

function words(list, texts) {
  const said = texts.filter(Boolean);
  while (list.children.length > said.length) list.lastElementChild.remove();
  while (list.children.length < said.length) list.append(document.createElement("li"));
  said.forEach((text, index) => setText(list.children[index], text));
}

customElements.define("presence-list", PresenceList);
