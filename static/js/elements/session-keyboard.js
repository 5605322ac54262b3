/* Asking for the keyboard, and, for the owner, giving it and taking it back. Rule: who asks and who has it is what the
list of viewers says; nothing of it is remembered here. */

import { actions, api } from "../page.js";
import { named } from "../helpers/people.js";
import { may } from "../helpers/sharing.js";
import { t } from "../helpers/words.js";
import { setHidden, setText } from "./dom.js";
import { toast } from "./toast-line.js";

// A question to the owner stays so long.
const ASKED_MS = 20_000;

export class SessionKeyboard {
  /** `page` has a part `ask`; `list` is a <presence-list>, where there is one; `running()`: something can be typed into. */
  constructor({ page, stream, link, list = null, running }) {
    Object.assign(this, { page, stream, link, list, running, viewers: [], asking: new Set() });
    this.button = page.part("ask");
    this.button.addEventListener("click", () => this.ask());
    stream.addEventListener("viewers", ({ detail }) => this.heard(detail.viewers));
    for (const name of ["joined", "role", "away", "refused", "ended"]) stream.addEventListener(name, () => this.draw());
    list?.addEventListener("keyboard-chosen", ({ detail }) => this.lend(detail.viewer, detail.on));
  }

  get me() {
    return this.viewers.find(({ viewer }) => viewer === this.stream.viewer);
  }

  get mayAsk() {
    return this.stream.joined && this.running() && !may(this.stream.role, "type");
  }

  heard(viewers) {
    const [asked, lent] = [this.me?.asks, this.me?.lent];
    this.viewers = viewers;
    if (this.me?.lent && !lent) toast(t("You may type now."));
    else if (asked && !this.me?.asks) toast("");
    const asking = viewers.filter(({ asks, viewer }) => asks && viewer !== this.stream.viewer);
    const fresh = asking.filter(({ viewer }) => !this.asking.has(viewer));
    this.asking = new Set(asking.map(({ viewer }) => viewer));
    this.page.part("people")?.toggleAttribute("data-asked", asking.length > 0);
    if (fresh.length) this.tell(fresh.at(-1));
    this.draw();
  }

  tell(who) {
    const text = t("{who} asks for the keyboard.", { who: named(who) });
    if (this.stream.role !== "owner") return toast(text);
    const answer = (label, on) => ({ label, run: () => this.lend(who.viewer, on) });
    return toast(text, { actions: [answer(t("Give"), true), answer(t("Not now"), false)], shown: ASKED_MS });
  }

  async ask() {
    const on = !this.me?.asks;
    try {
      await this.link.call("ask", { session: this.stream.session, on });
      if (on) toast(t("The owner sees that you ask for the keyboard."));
    } catch (error) {
      toast(error.message);
    }
  }

  async lend(viewer, on) {
    await (on ? api.lend(this.stream.session, viewer) : api.takeKeyboard(this.stream.session, viewer)).catch((error) => toast(error.message));
  }

  draw() {
    const asks = Boolean(this.me?.asks);
    setHidden(this.button, !this.mayAsk);
    setText(this.button, asks ? t("You asked") : t("Ask to type"));
    this.button.ariaPressed = String(asks);
  }

  register() {
    this.unregister();
    this.remove = actions.add({
      id: "session.ask", title: t("Ask to type"), group: t("Session"), when: () => this.mayAsk, run: () => this.ask(),
    });
  }

  unregister() {
    this.remove?.();
  }
}
