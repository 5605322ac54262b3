/* <machine-panel>: a strip that says how the machine is: processor, memory, disk, load. Asks while it is looked at. */

import { api } from "../page.js";
import { bytes, duration, number, percent } from "../helpers/format.js";
import { t } from "../helpers/words.js";
import { Parted } from "./dom.js";
import "./spark-line.js";

const POLL_MS = 10_000;
const POINTS = 60;

class MachinePanel extends Parted {
  connectedCallback() {
    this.poll();
    this.timer = setInterval(() => document.hidden || this.poll(), POLL_MS);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async poll() {
    try {
      this.draw(await api.machine(10));
    } catch {
      this.hidden = true; // the page says elsewhere that the server cannot be reached
    }
  }

  draw({ now, series }) {
    this.say("cpu", percent(now.cpu_percent, 0));
    this.say("load", number(now.load[0], { maximumFractionDigits: 2 }));
    this.say("up", duration(now.uptime_seconds));
    this.meter("memory", now.memory_bytes, now.memory_total_bytes);
    this.meter("disk", now.disk_bytes, now.disk_total_bytes);
    const line = this.part("line");
    line.top = 100;
    line.show({
      values: series.cpu_percent.slice(-POINTS), words: (value) => percent(value, 0), each: POLL_MS,
      label: t("Processor of the machine in the last ten minutes, now {value}", { value: percent(now.cpu_percent, 0) }),
    });
    this.hidden = false;
  }

  meter(name, used, all) {
    this.say(name, t("{used} of {all}", { used: bytes(used), all: bytes(all) }));
    this.part(`${name}-meter`).value = all ? Math.round((used / all) * 100) : 0;
  }
}

customElements.define("machine-panel", MachinePanel);
