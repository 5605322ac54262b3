/* <proof-dialog>: asks once more who is there, by password or passkey; then what was asked for goes on (models/api.js). */

import { api } from "../page.js";
import { ask, passkeysPossible } from "../helpers/passkeys.js";
import { Parted, setHidden } from "./dom.js";
import { clearErrors, submitting } from "./form-errors.js";

class ProofDialog extends Parted {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => this.byPassword(event));
    this.part("passkey").addEventListener("click", () => this.byPasskey());
    this.part("cancel").addEventListener("click", () => this.dialog.close(""));
  }

  /** Resolves to whether it was shown. Who asks while it is open gets the same answer. */
  ask() {
    this.asking ??= this.opened().finally(() => { this.asking = null; });
    return this.asking;
  }

  async opened() {
    const { ways } = await api.proof();
    const passkey = ways.includes("passkey") && passkeysPossible();
    const password = ways.includes("password");
    setHidden(this.part("password"), !password);
    setHidden(this.part("go"), !password);
    setHidden(this.part("passkey"), !passkey);
    setHidden(this.part("neither"), password || passkey);
    this.form.elements.password.required = password;
    this.form.reset();
    clearErrors(this.form);
    this.dialog.returnValue = "";
    this.dialog.showModal();
    (password ? this.form.elements.password : this.part("passkey")).focus();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => resolve(this.dialog.returnValue === "yes"), { once: true });
    });
  }

  async byPassword(event) {
    event.preventDefault();
    const password = this.form.elements.password.value;
    await this.give(() => ({ password }));
  }

  async byPasskey() {
    await this.give(async () => ({ credential: await ask(await api.proofOptions()) }));
  }

  async give(proof) {
    const done = await submitting(this.form, async () => {
      await api.giveProof(await proof());
      return true;
    });
    this.form.elements.password.value = "";
    if (done) this.dialog.close("yes");
  }
}

customElements.define("proof-dialog", ProofDialog);
