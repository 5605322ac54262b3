/* The chat of one page: its model, its panel, the button in the bar and, where there are actions, the action. */

import { actions, api } from "../page.js";
import { t } from "../helpers/words.js";
import { Talk } from "../models/talk.js";
import { drawUnread } from "./chat-panel.js";
import { toast } from "./toast-line.js";

export class SessionChat {
  /** `page` is a <session-page> or a <shared-page>; only the first has a history to go to. */
  constructor({ page, stream, link, signal, others = [], scroll = null, back }) {
    Object.assign(this, { page, scroll, others, session: stream.session });
    const chat = { id: "session.chat", title: t("Chat"), group: t("Session"), keys: ["Alt+Shift+M"], run: () => this.toggle() };
    this.known = new Map([[chat.id, chat]]);
    this.talk = new Talk({ connection: link, stream, signal });
    this.panel = page.querySelector("chat-panel");
    customElements.upgrade(this.panel);
    this.panel.attach(this.talk, { jumps: scroll !== null });
    const button = page.part("chat");
    this.talk.addEventListener("change", () => drawUnread(button, this.talk.unread));
    button.addEventListener("click", () => this.toggle());
    for (const other of others) {
      other.addEventListener("toggled", ({ detail }) => detail.open && !this.panel.hidden && this.panel.toggle(false));
    }
    this.panel.addEventListener("moment", ({ detail }) => this.goTo(detail.offset));
    this.panel.addEventListener("toggled", ({ detail }) => {
      button.ariaExpanded = String(detail.open);
      if (!detail.open) back();
    });
  }

  toggle() {
    for (const other of this.others) if (!other.hidden) other.toggle(false);
    this.panel.toggle();
  }

  /** To the row in which the cursor stood when it was said. */
  async goTo(offset) {
    try {
      const { cursor_row: row } = await api.history(this.session, { offset });
      await this.scroll.anchor();
      if (typeof row === "number") this.scroll.goTo(Math.max(0, row - Math.floor(this.scroll.rows / 2)));
      else toast(t("That part of the output is no longer kept."));
    } catch (error) {
      toast(error.message);
    }
  }

  register() {
    this.unregister();
    this.remove = actions.add(this.known.get("session.chat"));
  }

  unregister() {
    this.remove?.();
  }
}
