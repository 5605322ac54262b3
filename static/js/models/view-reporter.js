/* What this page has scrolled to, and its window, told to the others for who follows it. Rule: four times a second at
most, the last word always, and nothing while nobody else is here. */

const PAUSE_MS = 250;

export class ViewReporter {
  /** `look()` answers {row, numbering} while it has scrolled up, null at the bottom, undefined where it cannot be known
   * yet; `windowSize()` {rows, cols}. */
  constructor({ stream, look, windowSize, later = (act, ms) => setTimeout(act, ms) }) {
    Object.assign(this, { stream, look, windowSize, later });
    this.told = "{}";
    this.others = false;
    stream.addEventListener("joined", () => this.joined());
  }

  /** A viewer begins at the bottom, with the window that it joined with. */
  joined() {
    this.told = JSON.stringify(this.windowSize() ?? {});
    this.soon();
  }

  /** Whether anybody else is here. */
  set company(on) {
    if (on && !this.others) this.soon();
    this.others = on;
  }

  soon() {
    this.timer ??= this.later(() => {
      this.timer = undefined;
      this.report();
    }, PAUSE_MS);
  }

  report() {
    const { stream } = this;
    const view = this.look();
    if (!stream.joined || !this.others || view === undefined) return;
    const said = { ...this.windowSize(), ...view };
    const text = JSON.stringify(said);
    if (text === this.told) return;
    this.told = text;
    stream.see(said);
  }
}
