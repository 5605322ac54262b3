/* <passkey-list>: the account's passkeys: add one of this device, rename, remove. */

import { api } from "../page.js";
import { ago, moment } from "../helpers/format.js";
import { create, passkeysPossible } from "../helpers/passkeys.js";
import { t } from "../helpers/words.js";
import { confirmed } from "./confirm-dialog.js";
import { Parted, setText, stamp } from "./dom.js";
import { submitting } from "./form-errors.js";
import { toast } from "./toast-line.js";

class PasskeyList extends Parted {
  connectedCallback() {
    const possible = passkeysPossible();
    this.show("form", possible);
    this.show("impossible", !possible);
    this.part("form").addEventListener("submit", (event) => this.add(event));
    this.part("passkeys").addEventListener("click", (event) => this.remove(event));
    this.part("passkeys").addEventListener("change", (event) => this.rename(event));
    this.load();
  }

  async load() {
    try {
      const passkeys = await api.passkeys();
      this.part("passkeys").replaceChildren(...passkeys.map((passkey) => this.row(passkey)));
      this.show("none", passkeys.length === 0);
    } catch (error) {
      toast(error.message);
    }
  }

  row(passkey) {
    const row = stamp("passkey-row");
    row.dataset.id = passkey.id;
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    part("name").value = passkey.name;
    setText(part("host"), passkey.host);
    setText(part("used"), passkey.last_used_at ? t("used {ago}", { ago: ago(passkey.last_used_at) }) : t("never used"));
    part("used").title = t("made {when}", { when: moment(passkey.created_at) });
    return row;
  }

  async add(event) {
    event.preventDefault();
    const form = event.target;
    const name = form.elements.name.value.trim();
    const made = await submitting(form, async () => {
      const options = await api.passkeyOptions();
      return api.addPasskey(name, await create(options));
    });
    if (!made) return;
    form.reset();
    toast(t("This device can log in with its passkey now."));
    this.dispatchEvent(new CustomEvent("ways", { bubbles: true }));
    await this.load();
  }

  async rename(event) {
    const row = event.target.closest("[data-id]");
    try {
      await api.renamePasskey(row.dataset.id, event.target.value.trim());
    } catch (error) {
      toast(error.message);
    }
    await this.load();
  }

  async remove(event) {
    const row = event.target.closest("[data-part=remove]")?.closest("[data-id]");
    if (!row) return;
    const question = { title: t("Remove this passkey?"), text: t("Nobody can log in with it any more."), action: t("Remove") };
    if (!await confirmed(question)) return;
    try {
      await api.removePasskey(row.dataset.id);
      await this.load();
    } catch (error) {
      toast(error.message);
    }
  }
}

customElements.define("passkey-list", PasskeyList);
