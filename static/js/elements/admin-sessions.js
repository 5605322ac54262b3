/* <admin-sessions>: whose sessions there are, for an administrator, and the way into one of them: with a reason that its
owner reads. */

import { api } from "../page.js";
import { bytes, moment } from "../helpers/format.js";
import { stateWords } from "../helpers/exit.js";
import { t } from "../helpers/words.js";
import { Parted, setHidden, setText, stamp } from "./dom.js";
import { toast } from "./toast-line.js";

class AdminSessions extends Parted {
  connectedCallback() {
    this.part("sessions").addEventListener("click", (event) => this.pressed(event));
    this.part("form").addEventListener("submit", (event) => event.preventDefault());
    this.load();
  }

  async load() {
    try {
      const found = await api.everybodysSessions();
      this.part("sessions").replaceChildren(...found.filter(({ owner }) => owner !== this.dataset.me).map(row));
      setHidden(this.part("form"), !this.part("sessions").children.length);
    } catch (error) {
      toast(error.message);
    }
  }

  async pressed(event) {
    const id = event.target.closest("button")?.closest("[data-id]")?.dataset.id;
    if (!id) return;
    const { reason, role } = this.part("form").elements;
    if (!reason.reportValidity()) return;
    try {
      await api.breakGlass(id, { reason: reason.value, role: role.value });
      location.assign(`/sessions/${id}`);
    } catch (error) {
      toast(error.message);
    }
  }
}

function row({ id, owner, state, created_at: start, output_bytes: written, memory_bytes: memory }) {
  const line = stamp("admin-session-row");
  line.dataset.id = id;
  const part = (name) => line.querySelector(`[data-part=${name}]`);
  setText(part("owner"), owner);
  setText(part("about"), [
    id, state === "ended" ? t("ended") : stateWords({ state }), moment(start), t("{amount} of output", { amount: bytes(written) }),
    memory && t("{amount} of memory", { amount: bytes(memory) }),
  ].filter(Boolean).join(" · "));
  return line;
}

customElements.define("admin-sessions", AdminSessions);
