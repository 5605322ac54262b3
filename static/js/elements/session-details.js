/* <session-details>: everything known about the session, its name and tags to change, and how scripts reach it. */

import { api } from "../page.js";
import { ago, bytes, duration, moment, percent, size } from "../helpers/format.js";
import { stateWords } from "../helpers/exit.js";
import { userWord } from "../helpers/people.js";
import { roleWords } from "../helpers/roles.js";
import { commandLine, nameOf } from "../helpers/naming.js";
import { t } from "../helpers/words.js";
import { Parted, setText } from "./dom.js";
import { submitting } from "./form-errors.js";
import { toast } from "./toast-line.js";
import "./stats-panel.js";

class SessionDetails extends Parted {
  /** `status` is a models/session-status.js; `stream` says which viewer is this window. */
  attach(status, stream) {
    Object.assign(this, { status, stream });
    status.addEventListener("change", () => this.hidden || this.draw());
    this.part("close").addEventListener("click", () => this.toggle(false));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
    this.part("form").addEventListener("submit", (event) => this.save(event));
    this.hints();
  }

  toggle(open = this.hidden) {
    this.hidden = !open;
    this.status.closeLook = open;
    this.dispatchEvent(new CustomEvent("toggled", { detail: { open } }));
    if (!open) return;
    this.fill();
    this.draw();
    this.status.poll();
    this.part("close").focus();
  }

  fill() {
    const { elements } = this.part("form");
    elements.name.value = nameOf(this.status.facts);
    elements.tags.value = (this.status.facts.tags ?? []).join(" ");
  }

  draw() {
    const { facts } = this.status;
    const known = {
      state: stateWords(facts),
      command: commandLine(facts),
      cwd: facts.cwd,
      title: facts.title,
      size: t("{size} (rows × columns)", { size: size(facts.rows, facts.cols) }),
      holder: facts.size_holder,
      uptime: duration(this.status.uptime),
      started: moment(facts.created_at),
      ended: facts.ended_at && moment(facts.ended_at),
      output: bytes(facts.output_bytes),
      "last-output": ago(facts.last_output_at),
      "last-input": ago(facts.last_input_at),
      pid: facts.pid,
      processes: facts.process_count,
      cpu: typeof facts.cpu_percent === "number" ? percent(facts.cpu_percent) : null,
      memory: typeof facts.memory_bytes === "number" ? bytes(facts.memory_bytes) : null,
      expires: facts.expires_at && moment(facts.expires_at),
      id: facts.id,
      owner: facts.owner,
    };
    for (const [name, value] of Object.entries(known)) this.fact(name, value);
    this.part("as-text").href = `/sessions/${facts.id}/text`;
    this.part("audit").hidden = this.stream.role !== "owner";
    this.part("audit").firstElementChild.href = `/audit?session=${facts.id}`;
    this.before(facts.restarted_from);
    this.viewers(facts.viewers);
  }

  /** The session that this one runs again. */
  before(id) {
    this.part("before").closest("div").hidden = !id;
    if (!id || this.part("before").firstElementChild) return;
    const link = document.createElement("a");
    link.href = `/sessions/${id}`;
    setText(link, id);
    this.part("before").replaceChildren(link);
  }

  fact(name, value) {
    const missing = value === null || value === undefined || value === "";
    this.part(name).closest("div").hidden = missing;
    if (!missing) this.say(name, String(value));
  }

  viewers(viewers) {
    const list = Array.isArray(viewers) ? viewers : [];
    this.show("no-viewers", list.length === 0);
    this.part("viewers").replaceChildren(...list.map((viewer) => {
      const line = document.createElement("li");
      const mine = viewer.viewer === this.stream.viewer;
      const window = viewer.rows && viewer.cols ? t("window {size}", { size: size(viewer.rows, viewer.cols) }) : t("no window");
      const who = mine ? t("{user} (this window)", { user: userWord(viewer.user) }) : userWord(viewer.user);
      setText(line, [who, roleWords(viewer.role), window, ...(viewer.hidden ? [t("not looking")] : [])].join("  ·  "));
      return line;
    }));
  }

  hints() {
    const address = `${location.origin}/api/v1/sessions/${this.status.id}`;
    const auth = '-H "Authorization: Bearer $TOKEN"';
    this.say("hint-status", `curl ${auth} ${address}/status`);
    this.say("hint-screen", `curl ${auth} "${address}/screen?format=text"`);
    this.say("hint-input", `curl ${auth} --json '{"data": "ls\\r"}' ${address}/input`);
  }

  async save(event) {
    event.preventDefault();
    const { elements } = event.target;
    const tags = elements.tags.value.split(/[\s,]+/).filter(Boolean).map((tag) => tag.replace(/^#/, ""));
    const done = await submitting(event.target, () =>
      api.change(this.status.id, { name: elements.name.value.trim(), tags }));
    if (done === undefined) return;
    this.status.put(done ?? { name: elements.name.value.trim(), tags });
    toast(t("Saved."));
  }
}

customElements.define("session-details", SessionDetails);
