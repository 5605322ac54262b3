/* <file-drop>: files that are dropped on the terminal, pasted into it or chosen go into the session's directory. Rule: one
after the other, and nothing is typed that the user did not ask for.

Event: `type` {text}: the user wants that path at the prompt. */

import { bytes } from "../helpers/format.js";
import { quoted } from "../helpers/paste.js";
import { t } from "../helpers/words.js";
import { upload } from "../models/upload.js";
import { api } from "../page.js";
import { make, setText } from "./dom.js";
import { toast } from "./toast-line.js";

const MOST_FILES = 100;
// Lines of what failed stay; so many at most.
const MOST_LINES = 6;
// What is there is said so long, longer while somebody is about to press its button.
const DONE_MS = 12_000;

class FileDrop extends HTMLElement {
  /** `stage` is where files may be dropped. */
  attach({ session, stage, allowed }) {
    Object.assign(this, { session, allowed, queue: Promise.resolve(), depth: 0 });
    this.limit = Number(this.dataset.limit ?? Infinity);
    this.veil = make("p", { class: "veil", hidden: true, textContent: t("Drop files to upload them into the session’s directory") });
    this.list = make("ul", { class: "uploads" });
    this.list.ariaLabel = t("Uploads");
    this.field = make("input", { type: "file", multiple: true, hidden: true, change: () => this.chosen() });
    this.field.ariaLabel = t("Upload files");
    this.append(this.veil, this.list, this.field);
    this.listen(stage);
  }

  listen(stage) {
    const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    const on = (name, act) => stage.addEventListener(name, (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      act(event);
    });
    on("dragenter", () => this.over(this.depth + 1));
    on("dragleave", () => this.over(this.depth - 1));
    on("dragover", (event) => { event.dataTransfer.dropEffect = "copy"; });
    on("drop", (event) => {
      this.over(0);
      this.dropped(event.dataTransfer);
    });
  }

  over(depth) {
    this.depth = Math.max(0, depth);
    this.veil.hidden = this.depth === 0;
  }

  dropped({ items, files }) {
    const folders = [...items].filter((item) => item.webkitGetAsEntry?.()?.isDirectory).length;
    if (folders) toast(t("Folders cannot be uploaded; pack them into an archive first."));
    else this.take([...files]);
  }

  choose() {
    this.field.click();
  }

  chosen() {
    const files = [...this.field.files];
    this.field.value = "";
    this.take(files);
  }

  take(files) {
    if (!this.allowed()) return toast(t("The program has ended; there is no directory to upload to."));
    if (files.length > MOST_FILES) return toast(t("More than {count} files at once; pack them into an archive.", { count: MOST_FILES }));
    for (const file of files) this.queueUp(file);
    return undefined;
  }

  queueUp(file) {
    const line = new Line(file, this);
    this.list.prepend(line.element);
    for (const old of [...this.list.children].slice(MOST_LINES)) if (old.classList.contains("over")) old.remove();
    if (file.size > this.limit) {
      line.failed(t("Larger than {size}, the most that this server takes.", { size: bytes(this.limit) }));
      return;
    }
    this.queue = this.queue.then(() => line.run(this.session));
  }

  tell(text) {
    this.dispatchEvent(new CustomEvent("type", { detail: { text } }));
  }
}

/** One file in the list: its progress, then what became of it. */
class Line {
  constructor(file, drop) {
    Object.assign(this, { file, drop, stopping: new AbortController() });
    this.bar = make("progress", { max: 1, value: 0 });
    this.bar.ariaLabel = t("Upload of {name}", { name: file.name });
    this.words = make("span", { class: "upload-state", role: "status", textContent: t("waiting") });
    this.stop = make("button", { type: "button", class: "button small", textContent: t("Stop"), click: () => this.cancel() });
    this.name = make("b", { textContent: file.name, title: file.name });
    this.doing = make("span", { class: "upload-doing" }, this.stop);
    this.element = make("li", {}, this.name, this.doing, this.bar, this.words);
  }

  async run(session) {
    if (this.stopped) return;
    try {
      const stored = await upload({
        session, file: this.file, csrf: api.csrf, signal: this.stopping.signal, progress: (share) => this.progress(share),
      });
      this.done(stored);
    } catch (error) {
      if (error.status === 401) api.loggedOut();
      if (!this.stopped) this.failed(error.message);
    }
  }

  progress(share) {
    this.bar.value = share;
    setText(this.words, t("{share} % of {size}", { share: Math.floor(share * 100), size: bytes(this.file.size) }));
  }

  cancel() {
    this.stopped = true;
    this.stopping.abort();
    this.failed(t("Stopped; nothing was kept."));
  }

  failed(words) {
    this.element.classList.add("bad");
    this.over(words);
  }

  done({ name, directory, path }) {
    setText(this.name, name);
    if (path !== null) {
      this.doing.append(make("button", {
        type: "button", class: "button small", textContent: t("Type its path"), title: path,
        click: () => this.drop.tell(`${quoted(path)} `),
      }));
    }
    this.over(name === this.file.name
      ? t("Uploaded to {directory}", { directory })
      : t("Uploaded to {directory} as {name}: there was a file of that name", { directory, name }));
    this.leaveSoon();
  }

  leaveSoon() {
    setTimeout(() => (this.element.matches(":hover, :focus-within") ? this.leaveSoon() : this.element.remove()), DONE_MS);
  }

  over(words) {
    this.element.classList.add("over");
    this.bar.remove();
    this.stop.remove();
    setText(this.words, words);
    this.doing.append(make("button", {
      type: "button", class: "button small ghost", textContent: t("Dismiss"), click: () => this.element.remove(),
    }));
  }
}

customElements.define("file-drop", FileDrop);
