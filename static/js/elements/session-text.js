/* <session-text>: the screen and what is above it as plain text, for screen readers, braille and copying. Rule: what is
read stands still: the text is not replaced while some of it is selected, and what is new is said politely beside it. */

import { api } from "../page.js";
import { linesOf, news } from "../helpers/news.js";
import { Parted, setText } from "./dom.js";

const POLL_MS = 2000;
const SCROLLBACK_LINES = 1000;
// A screen reader that is told more is still talking when the next comes.
const SAID_LINES = 20;

class SessionText extends Parted {
  connectedCallback() {
    this.lines = null;
    this.timer = setInterval(() => document.hidden || this.look(), POLL_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
    this.look();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async look() {
    if (this.busy) return;
    this.busy = true;
    try {
      this.put(linesOf(await api.screen(this.dataset.session, SCROLLBACK_LINES)));
      this.say("trouble", "");
    } catch (error) {
      this.say("trouble", error.message);
    } finally {
      this.busy = false;
      this.show("trouble", Boolean(this.part("trouble").textContent));
    }
  }

  put(lines) {
    if (this.lines !== null && this.part("announce").checked) this.announce(news(this.lines, lines, SAID_LINES));
    this.lines = lines;
    if (!this.selecting) this.draw(lines.join("\n"));
  }

  /** At the end it stays at the end. */
  draw(text) {
    const holder = this.part("text");
    const atEnd = holder.scrollHeight - holder.scrollTop - holder.clientHeight < 8;
    setText(holder, text);
    this.show("none", !text);
    if (atEnd) holder.scrollTop = holder.scrollHeight;
  }

  get selecting() {
    const selection = document.getSelection();
    return !selection.isCollapsed && this.part("text").contains(selection.anchorNode);
  }

  announce(lines) {
    if (!lines.length) return;
    const said = document.createElement("p");
    setText(said, lines.join("\n"));
    this.part("news").replaceChildren(said);
  }
}

customElements.define("session-text", SessionText);
