/* <session-card>: one session on the dashboard. Give it an item (a status and what is news in it); it changes only what
differs, so that nothing under the pointer flickers. What a program wrote goes into text nodes and onto a canvas: one for all
cards, whose pictures are images. Two hundred canvases scroll at half the frames without a graphics card (docs/performance.md). */

import { preferences } from "../page.js";
import { Parted, setHidden, setText } from "./dom.js";
import { isDark } from "./theme-toggle.js";
import { ago, bytes, clients, duration, moment, percent, size, sizeInWords } from "../helpers/format.js";
import { stateWords } from "../helpers/exit.js";
import { colourOf } from "../helpers/labels.js";
import { nameOf, subtitleOf } from "../helpers/naming.js";
import { roleWords } from "../helpers/roles.js";
import { glassWords, may } from "../helpers/sharing.js";
import { paletteOf, usualContrast } from "../helpers/palettes.js";
import { paint } from "../helpers/small-screen.js";
import { POINT_MS } from "../models/rates.js";
import { t, tn } from "../helpers/words.js";

// One and the same, so that nothing is drawn anew for it.
const NO_FIGURES = { output: [], cpu: [], memory: [] };
// From here on it is worth a word on a card: percent of a core, bytes.
const MUCH_CPU = 20;
const MUCH_MEMORY = 512 * 1024 * 1024;
let brush = null;   // the canvas on which all pictures are drawn

export class SessionCard extends Parted {
  /** {session, news, pinned}; `colours`: of tags, as the account chose them; `doing`: what is about to happen to it. */
  take(item, { colours, picked, doing }) {
    const same = this.item?.session === item.session && this.colours === colours && this.doing === doing;
    Object.assign(this, { item, colours, doing });
    this.toggleAttribute("data-picked", picked);
    this.part("pick").checked = picked;
    this.part("pin").ariaPressed = String(item.pinned);
    this.stale ||= !same;
    if (this.inSight !== false) this.refresh();
  }

  /** Out of sight it only keeps what it was given: two hundred that all have news would cost a frame each time. */
  refresh() {
    if (this.stale) this.draw();
    this.stale = false;
    this.drawNews();
    this.age();
  }

  get session() {
    return this.item.session;
  }

  draw() {
    const { session } = this;
    const running = session.state === "running";
    this.dataset.state = session.state;
    this.say("name", nameOf(session));
    for (const name of ["link", "shot"]) this.part(name).href = `/sessions/${session.id}`;
    this.say("subtitle", subtitleOf(session));
    this.part("subtitle").title = subtitleOf(session);
    this.say("state", this.doing ?? stateWords(session));
    this.drawClients();
    this.drawMoments(session.created_at, session.last_output_at);
    this.say("size", size(session.rows, session.cols));
    this.part("size").title = sizeInWords(session.rows, session.cols);
    setHidden(this.part("end"), !running || !may(session.role, "end"));
    setHidden(this.part("again"), running || !may(session.role, "share"));
    setHidden(this.part("forget"), running || !may(session.role, "share"));
    setHidden(this.part("unrecorded"), session.recorded !== false);
    this.drawShared();
    this.drawProgress();
    this.drawTags();
    if (this.figures) this.drawUsage();
  }

  /** Somebody else's: whose, and what may be done there. One's own: which administrator looks, and why. */
  drawShared() {
    const { owner, role } = this.session;
    const other = role !== "owner";
    const glass = glassWords(this.session.glass);
    setHidden(this.part("shared"), !other && !glass);
    this.part("shared").title = glass;         // which may be longer than a card
    if (!other) this.say("shared", glass);
    else this.say("shared", t("{owner}’s, {role}", { owner, role: roleWords(role) }));
  }

  /** What models/rates.js knows of it, of the last minutes; null where nobody counted. */
  drawFigures(figures = NO_FIGURES) {
    if (this.figures === figures) return;
    this.figures = figures;
    this.drawUsage();
    const spark = this.part("spark");
    const most = Math.max(0, ...figures.output);
    setHidden(spark, most === 0);
    if (most === 0) return;
    spark.show({
      values: figures.output, words: (value) => t("{bytes}/s", { bytes: bytes(value) }), each: POINT_MS,
      label: t("Output, up to {amount} a second", { amount: bytes(most) }),
    });
  }

  /** Only where it is much: on most cards it would say nothing. */
  drawUsage() {
    const running = this.session.state === "running";
    const [cpu, memory] = [this.figures.cpu.at(-1) ?? 0, this.figures.memory.at(-1) ?? 0];
    const known = [];
    if (running && cpu >= MUCH_CPU) known.push(t("CPU {percent}", { percent: percent(cpu, 0) }));
    if (running && memory >= MUCH_MEMORY) known.push(bytes(memory));
    setHidden(this.part("usage"), known.length === 0);
    this.say("usage", known.join(" · "));
    this.part("usage").title = known.length ? t("Processor {percent} of one core, memory {bytes}", { percent: percent(cpu), bytes: bytes(memory) }) : "";
  }

  /** Also once a second without news: ages and durations move by themselves. */
  age(now = Date.now()) {
    this.say("uptime", this.uptime(now));
    this.say("output", this.session.last_output_at ? ago(this.session.last_output_at, now) : t("no output"));
  }

  uptime(now) {
    const { created_at: start, ended_at: end, state, uptime_seconds: known } = this.session;
    if (state === "running") return duration((now - Date.parse(start)) / 1000);
    const seconds = end ? (Date.parse(end) - Date.parse(start)) / 1000 : known ?? 0;
    return t("ran {duration}", { duration: duration(seconds) });
  }

  /** Writing a date in words takes as long as all the rest of a card. */
  drawMoments(created, output) {
    const minute = output?.slice(0, 16);
    if (this.minute === minute && this.part("uptime").title) return;
    this.minute = minute;
    this.part("uptime").title = t("Started {when}", { when: moment(created) });
    this.part("output").title = t("Last output {when}", { when: moment(output) });
  }

  drawClients() {
    const { connected_clients: count, running_in_background: background } = this.session;
    const alone = !count && background;
    this.say("clients", alone ? t("in background") : clients(count));
    this.part("clients").title = alone
      ? t("No clients; the program goes on")
      : [...new Set((this.session.viewers ?? []).map(({ user }) => user))].join(", ");
    setHidden(this.part("clients"), !count && !background);
  }

  drawNews() {
    const { reason, unread, bells } = this.item.news;
    const part = this.part("news");
    setHidden(part, !reason);
    this.dataset.news = reason ?? "";
    if (!reason) return;
    const fresh = unread ? t("{size} new", { size: bytes(unread) }) : "";
    const words = {
      lobby: tn("{count} person asks to come in", "{count} people ask to come in", this.session.lobby_waiting), bell: tn("{count} bell", "{count} bells", bells), failed: t("Failed"), lost: t("Lost"), error: t("Error"),
      waiting: t("Waiting"), new: fresh,
    };
    setText(part, words[reason]);
    part.title = reason === "lobby" ? words.lobby : fresh;   // which may be cut
  }

  drawProgress() {
    const { progress } = this.session;
    const part = this.part("progress");
    setHidden(part, !progress);
    setHidden(this.part("percent"), !(progress?.percent >= 0));
    if (!progress) return;
    part.dataset.progress = progress.state;
    const known = typeof progress.percent === "number";
    part.toggleAttribute("data-busy", !known);
    if (known) part.setAttribute("aria-valuenow", progress.percent);
    else part.removeAttribute("aria-valuenow");
    this.part("bar").style.width = known ? `${progress.percent}%` : "";
    this.say("percent", known ? percent(progress.percent, 0) : "");
  }

  drawTags() {
    const holder = this.part("tags");
    const tags = this.session.tags ?? [];
    const key = tags.map((tag) => `${tag}\n${colourOf(tag, this.colours)}`).join("\n");
    if (holder.dataset.shown === key) return;
    holder.dataset.shown = key;
    setHidden(holder, tags.length === 0);
    holder.replaceChildren(...tags.map((tag) => tagChip(tag, this.colours)));
  }

  /** `picture`: what the server drew last, or nothing yet. `turn` counts up when windows or colours have changed; a
  card that only comes back into sight still has its picture (asking for its size would lay out the page). */
  paint(picture, turn) {
    if (this.painted && this.painted.picture === picture && this.painted.turn === turn) return;
    const image = this.part("screen");
    const { clientWidth: width, clientHeight: height } = image;
    if (!width || !height) return;
    this.painted = { picture, turn };
    const density = Math.min(2, globalThis.devicePixelRatio || 1);
    brush ??= document.createElement("canvas");
    paint(brush, picture, palette(), { width, height, density });
    image.src = brush.toDataURL();
  }
}

/** A button that names a tag in its colour. */
export function tagChip(tag, colours) {
  const chip = document.createElement("button");
  chip.type = "button";
  chip.className = "tag";
  chip.dataset.tag = tag;
  chip.dataset.colour = colourOf(tag, colours);
  setText(chip, tag);
  return chip;
}

/** The one that the account chose for its terminals; without xterm.js, which this page does not load. */
function palette() {
  const name = isDark() ? "dark" : "light";
  const { theme, dark } = paletteOf(preferences.get(`terminal_${name}_theme`), `holdfast-${name}`);
  return { ...theme, contrast: preferences.get("terminal_contrast") ?? usualContrast(dark) };
}

customElements.define("session-card", SessionCard);
