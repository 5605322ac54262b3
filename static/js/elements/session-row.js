/* <session-row>: one session in the list. Give it a status; it changes only what differs, so that nothing under the
pointer flickers. */

import { Parted, setHidden, setText } from "./dom.js";
import { ago, clients, duration, moment, size, sizeInWords } from "../helpers/format.js";
import { exitWords } from "../helpers/exit.js";
import { nameOf, subtitleOf } from "../helpers/naming.js";

export class SessionRow extends Parted {
  set status(status) {
    this.facts = status;
    this.draw();
  }

  get status() {
    return this.facts;
  }

  /** Also once a second without news: ages and durations move by themselves. */
  draw(now = Date.now()) {
    const { facts } = this;
    const running = facts.state === "running";
    this.dataset.state = facts.state;
    this.say("name", nameOf(facts));
    this.part("link").href = `/sessions/${facts.id}`;
    this.say("subtitle", subtitleOf(facts));
    this.part("subtitle").title = subtitleOf(facts);
    this.say("state", this.stateWords());
    this.drawClients();
    this.say("uptime", this.uptime(now));
    this.part("uptime").title = `Started ${moment(facts.created_at)}`;
    this.say("output", ago(facts.last_output_at, now));
    this.part("output").title = `Last output ${moment(facts.last_output_at)}`;
    this.say("size", size(facts.rows, facts.cols));
    this.part("size").title = sizeInWords(facts.rows, facts.cols);
    this.show("end", running);
    this.show("again", !running);
    this.show("forget", !running);
    this.drawTags();
  }

  drawClients() {
    const { connected_clients: count, running_in_background: background } = this.facts;
    this.say("clients", !count && background ? "in background" : clients(count));
    this.part("clients").title = !count && background ? "No clients; the program goes on" : "";
    this.part("clients").classList.toggle("quiet", !count);
  }

  stateWords() {
    if (this.facts.state === "ended") return exitWords(this.facts);
    return this.facts.state;
  }

  uptime(now) {
    const { created_at: start, ended_at: end, state, uptime_seconds: known } = this.facts;
    if (state === "running") return duration((now - Date.parse(start)) / 1000);
    return end ? `ran ${duration((Date.parse(end) - Date.parse(start)) / 1000)}` : `ran ${duration(known ?? 0)}`;
  }

  drawTags() {
    const holder = this.part("tags");
    const tags = this.facts.tags ?? [];
    const key = tags.join("\n");
    if (holder.dataset.shown === key) return;
    holder.dataset.shown = key;
    setHidden(holder, tags.length === 0);
    holder.replaceChildren(...tags.map((tag) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "tag";
      chip.dataset.tag = tag;
      setText(chip, tag);
      return chip;
    }));
  }
}

customElements.define("session-row", SessionRow);
