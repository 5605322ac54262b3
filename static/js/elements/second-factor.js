/* <second-factor>: the codes of an authenticator app besides the password: set up, recovery codes, taken away. What is
shown once (picture, seed, recovery codes) is in the page until it is left, and nowhere else. */

import { api } from "../page.js";
import { moment } from "../helpers/format.js";
import { t, tn } from "../helpers/words.js";
import { confirmed } from "./confirm-dialog.js";
import { Parted, make } from "./dom.js";
import { submitting } from "./form-errors.js";
import { toast } from "./toast-line.js";

class SecondFactor extends Parted {
  connectedCallback() {
    this.part("begin").addEventListener("click", () => this.begin());
    this.part("form").addEventListener("submit", (event) => this.confirm(event));
    this.part("renew").addEventListener("click", () => this.renew());
    this.part("remove").addEventListener("click", () => this.remove());
    this.load();
  }

  async load() {
    await this.tried(async () => {
      const { on, since, recovery_codes_left: left } = await api.secondFactor();
      this.show("off", !on);
      this.show("on", on);
      if (!on) return;
      const count = tn("{count} recovery code is left.", "{count} recovery codes are left.", left);
      this.say("state", `${t("On since {when}.", { when: moment(since) })} ${count}`);
    });
  }

  async begin() {
    await this.tried(async () => {
      const { seed, qr } = await api.beginSecondFactor();
      this.part("picture").src = qr;
      this.say("seed", seed.replace(/(.{4})(?=.)/g, "$1 "));
      this.show("setting", true);
      this.part("form").elements.code.focus();
    });
  }

  async confirm(event) {
    event.preventDefault();
    const form = event.target;
    const codes = await submitting(form, () => api.confirmSecondFactor(form.elements.code.value));
    if (!codes) return;
    form.reset();
    this.part("picture").removeAttribute("src");
    this.say("seed", "");
    this.show("setting", false);
    this.tell(codes);
    this.dispatchEvent(new CustomEvent("ways", { bubbles: true }));
    await this.load();
  }

  async renew() {
    const question = { title: t("Make new recovery codes?"), text: t("The old ones open nothing any more."), action: t("New codes") };
    if (await confirmed(question)) await this.tried(async () => this.tell(await api.renewRecoveryCodes()));
    await this.load();
  }

  async remove() {
    const question = { title: t("Take the second factor away?"), text: t("The password alone is enough again."), action: t("Take away") };
    if (!await confirmed(question)) return;
    await this.tried(() => api.removeSecondFactor());
    this.show("codes", false);
    await this.load();
  }

  tell(codes) {
    this.part("list").replaceChildren(...codes.map((code) => make("li", {}, make("code", {}, code))));
    this.part("plain").textContent = codes.join("\n");
    this.show("codes", true);
  }

  async tried(work) {
    try {
      await work();
    } catch (error) {
      toast(error.message);
    }
  }
}

customElements.define("second-factor", SecondFactor);
