/* <stats-panel>: in a session's details: charts of what it used, its processes, and the machine beside them. Asks the
server only while the details are open. */

import { actions, api, preferences } from "../page.js";
import { bytes, duration, number, percent } from "../helpers/format.js";
import { t, tn } from "../helpers/words.js";
import { Stats } from "../models/stats.js";
import { Parted, setText } from "./dom.js";
import "./line-chart.js";

const DEEPEST = 8;

class StatsPanel extends Parted {
  connectedCallback() {
    this.drawer ??= this.closest("session-details");
    this.takeAway = actions.add({
      id: "session.stats", title: t("Show statistics"), group: t("Session"),
      when: () => this.isConnected && Boolean(this.drawer?.status), run: () => this.visit(),
    });
    if (this.stats) return;
    this.stats = new Stats({
      api, id: () => this.drawer.status.id, range: preferences.get("stats_range", "hour"), visible: () => !document.hidden,
    });
    this.stats.addEventListener("series", () => this.charts());
    this.stats.addEventListener("processes", () => this.tree());
    this.stats.addEventListener("failed", () => this.failed());
    this.part("ranges").addEventListener("change", ({ target }) => this.choose(target.value));
    this.drawer?.addEventListener("toggled", ({ detail }) => (detail.open ? this.open() : this.stats.close()));
    const chosen = this.part("ranges").querySelector(`input[value="${this.stats.range}"]`);
    if (chosen) chosen.checked = true;
    if (this.drawer?.status && !this.drawer.hidden) this.open();
  }

  disconnectedCallback() {
    this.stats?.close();
    this.takeAway?.();
  }

  open() {
    this.stats.open();
  }

  visit() {
    if (this.drawer.hidden) this.drawer.toggle(true);
    this.scrollIntoView({ block: "start" });
    this.part("ranges").querySelector("input:checked").focus();
  }

  choose(range) {
    preferences.set("stats_range", range);
    this.stats.choose(range);
  }

  charts() {
    const { session, machine } = this.stats;
    const rate = (value) => t("{bytes}/s", { bytes: bytes(value) });
    const place = { start: session.start, step: session.step };
    this.part("chart-cpu").show({ label: t("Processor"), values: session.cpu_percent, words: percent, ...place });
    this.part("chart-memory").show({ label: t("Memory"), values: session.memory_bytes, words: bytes, ...place });
    this.part("chart-output").show({ label: t("Output"), values: session.output_rate, words: rate, ...place });
    this.part("chart-input").show({ label: t("Input"), values: session.input_rate, words: rate, ...place });
    this.part("chart-viewers").show({ label: t("Viewers"), values: session.viewers, words: (value) => number(value), ...place });
    this.part("chart-machine").show({
      label: t("Processor of the machine"), values: machine.series.cpu_percent, words: percent, top: 100,
      start: machine.series.start, step: machine.series.step,
    });
    this.counts();
    this.show("failed", false);
  }

  counts() {
    const { now } = this.stats.machine;
    const { output_lines: lines, input_bytes: typed } = this.drawer.status.facts;
    const known = [];
    if (typeof lines === "number") known.push(tn("{count} line", "{count} lines", lines));
    if (typeof typed === "number") known.push(t("{bytes} typed", { bytes: bytes(typed) }));
    this.say("counts", known.join("  ·  "));
    this.say("machine-facts", [
      t("memory {used} of {all}", { used: bytes(now.memory_bytes), all: bytes(now.memory_total_bytes) }),
      t("disk {used} of {all}", { used: bytes(now.disk_bytes), all: bytes(now.disk_total_bytes) }),
      t("load {load}", { load: number(now.load[0], { maximumFractionDigits: 2 }) }),
      t("up {duration}", { duration: duration(now.uptime_seconds) }),
    ].join("  ·  "));
  }

  tree() {
    const { processes, count } = this.stats.processes;
    const depths = new Map();
    const lines = processes.map((one) => {
      const depth = one.parent === null ? 0 : (depths.get(one.parent) ?? 0) + 1;
      depths.set(one.pid, depth);
      return line(one, Math.min(depth, DEEPEST));
    });
    this.part("tree").replaceChildren(...lines);
    this.show("tree", lines.length > 0);
    this.show("no-processes", lines.length === 0);
    this.say("more", tn("and {count} more", "and {count} more", count - lines.length));
    this.show("more", count > lines.length);
  }

  failed() {
    this.say("failed", this.stats.error.message);
    this.show("failed", true);
  }
}

/** Names and arguments are the programs' own words: text, never markup. */
function line(process, depth) {
  const row = document.createElement("li");
  row.dataset.depth = depth;
  const name = part("b", process.name || "?");
  const where = part("span", process.arguments || process.name, "arguments");
  where.title = process.arguments;
  const uses = part("span", `${process.pid}  ·  ${bytes(process.memory_bytes)}`, "uses");
  row.append(name, ...(process.foreground ? [part("span", t("foreground"), "badge")] : []), uses, where);
  return row;
}

function part(tag, text, name = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  setText(made, text);
  return made;
}

customElements.define("stats-panel", StatsPanel);
