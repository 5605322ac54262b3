/* <chat-panel>: what people in the session say to one another; at the side, on a phone at the bottom. Rule: what was
said is text, never markup. Events: `toggled` {open}, `moment` {offset}. */

import { when } from "../helpers/commands.js";
import { moment } from "../helpers/format.js";
import { userWord } from "../helpers/people.js";
import { t } from "../helpers/words.js";
import { make, Parted, setHidden, setText } from "./dom.js";
import { toast } from "./toast-line.js";

// Nearer to the bottom than this: who reads there sees what comes.
const NEAR_PX = 40;

class ChatPanel extends Parted {
  /** `talk` is a models/talk.js; `jumps`: whether a moment of the output can be gone to. */
  attach(talk, { jumps = false } = {}) {
    Object.assign(this, { talk, jumps });
    this.items = new Map();
    talk.addEventListener("change", () => this.hidden || this.draw());
    this.part("close").addEventListener("click", () => this.toggle(false));
    this.part("older").addEventListener("click", () => this.older());
    this.part("form").addEventListener("submit", (event) => this.submit(event));
    this.part("text").addEventListener("input", ({ target }) => target.value && talk.sign());
    this.addEventListener("keydown", (event) => this.key(event));
  }

  toggle(open = this.hidden) {
    this.hidden = !open;
    this.talk.read(open);
    this.dispatchEvent(new CustomEvent("toggled", { detail: { open } }));
    if (!open) return;
    this.draw();
    this.toEnd();
    this.part("text").focus();
  }

  key(event) {
    if (event.key === "Escape") this.toggle(false);
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === this.part("text");
    if (sends) this.submit(event);
  }

  async submit(event) {
    event.preventDefault();
    const field = this.part("text");
    const text = field.value;
    if (!text.trim() || this.sending) return;
    this.sending = true;
    try {
      await this.talk.say(text);
      if (field.value === text) field.value = "";
      this.toEnd();
    } catch (error) {
      toast(error.code ? error.message : t("The connection was lost; this was perhaps not sent."));
    }
    this.sending = false;
  }

  async older() {
    const log = this.part("log");
    const below = log.scrollHeight - log.scrollTop;
    await this.talk.older().catch((error) => toast(error.message));
    log.scrollTop = log.scrollHeight - below;
  }

  toEnd() {
    const log = this.part("log");
    log.scrollTop = log.scrollHeight;
  }

  draw() {
    const { list, more, loaded, writing } = this.talk;
    const log = this.part("log");
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    setHidden(this.part("older"), !more);
    setHidden(this.part("nothing"), !loaded || list.length > 0);
    const place = this.part("messages");
    const wanted = list.map((message) => this.item(message));
    const kept = new Set(wanted);
    for (const item of [...place.children]) if (!kept.has(item)) item.remove();
    wanted.forEach((item, index) => {
      if (place.children[index] !== item) place.insertBefore(item, place.children[index] ?? null);
    });
    this.say("writers", writing.length ? t("{who} is writing…", { who: writing.slice(0, 3).map(userWord).join(", ") }) : "");
    if (near) this.toEnd();
  }

  item(message) {
    const { number, author, at, offset, text, mine } = message;
    let item = this.items.get(number);
    if (item) return item;
    const said = when({ started_at: at });
    const time = this.jumps
      ? make("button", { type: "button", class: "time", title: t("Show what was on the screen ({time})", { time: moment(at) }), textContent: said,
          click: () => this.dispatchEvent(new CustomEvent("moment", { detail: { offset } })) })
      : make("time", { class: "time", title: moment(at), textContent: said });
    item = make("div", { class: mine ? "message mine" : "message" },
      make("p", { class: "head" }, make("bdi", { class: "author", textContent: userWord(author) }), time),
      make("p", { class: "text", dir: "auto", textContent: text }));
    this.items.set(number, item);
    return item;
  }
}

/** The button that opens the panel and says how much is unread. */
export function drawUnread(button, unread) {
  button.toggleAttribute("data-unread", unread > 0);
  const count = button.querySelector(".unread");
  setHidden(count, unread === 0);
  setText(count, unread > 99 ? "99+" : String(unread));
  button.ariaLabel = unread ? t("Chat, {count} unread", { count: unread }) : t("Chat");
}

customElements.define("chat-panel", ChatPanel);
