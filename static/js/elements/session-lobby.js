/* Who waits to be let in, for who may let in: a line below the bar of the session's page, which stays until somebody answered.
Rule: what somebody calls itself is shown as a word of its own, and never as an account. */

import { api } from "../page.js";
import { t, tn } from "../helpers/words.js";
import { make, setHidden } from "./dom.js";
import { toast } from "./toast-line.js";

export class SessionLobby {
  constructor({ page, stream, link, signal }) {
    Object.assign(this, { stream, strip: page.part("lobby"), waiting: [] });
    link.addEventListener("lobby", ({ detail }) => detail.session === stream.session && this.put(detail.waiting), { signal });
    // Who waits is told anew after each join, where anybody does.
    for (const name of ["joined", "away"]) stream.addEventListener(name, () => this.put([]), { signal });
  }

  put(waiting) {
    this.waiting = waiting;
    this.draw();
  }

  draw() {
    const [first, ...others] = this.waiting;
    setHidden(this.strip, !first);
    if (this.drawn === JSON.stringify(this.waiting)) return;
    this.drawn = JSON.stringify(this.waiting);
    if (!first) return this.strip.replaceChildren();
    const { guest, role } = first;
    const button = (words, act, kind = "") => make("button", { type: "button", class: `button small ${kind}`, textContent: words, click: act });
    const more = others.length ? make("span", { class: "muted", textContent: tn("{count} more waits", "{count} more wait", others.length) }) : null;
    this.strip.replaceChildren(...[
      make("span", { class: "grow" }, make("bdi", { textContent: who(first) }), " ", more ?? ""),
      button(role === "writer" ? t("Let in to type") : t("Let in"), () => this.answer(guest, "PUT"), "primary"),
      role === "writer" ? button(t("Let in to watch"), () => this.answer(guest, "PUT", { role: "viewer" })) : null,
      button(t("Refuse"), () => this.answer(guest, "DELETE")),
    ].filter(Boolean));
    return undefined;
  }

  async answer(guest, method, body = method === "PUT" ? {} : undefined) {
    try {
      await api.call(method, `/sessions/${this.stream.session}/lobby/${guest}`, body);
    } catch (error) {
      toast(error.message);
    }
  }
}

function who({ said, account, label, guest }) {
  const way = label ? t(", by the link “{label}”", { label }) : "";
  if (account) return t("The account {name} asks to be let in{way}", { name: account, way });
  if (said) return t("Somebody who says to be “{name}” asks to be let in{way}", { name: said, way });
  return t("Guest {number} asks to be let in{way}", { number: guest, way });
}
