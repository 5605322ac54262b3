/* <account-list>: other people's accounts, for an administrator: a link to a new password, a lost second factor. */

import { api } from "../page.js";
import { moment } from "../helpers/format.js";
import { t, tn } from "../helpers/words.js";
import { confirmed } from "./confirm-dialog.js";
import { Parted, setHidden, setText, stamp } from "./dom.js";
import { toast } from "./toast-line.js";

class AccountList extends Parted {
  connectedCallback() {
    this.part("accounts").addEventListener("click", (event) => this.pressed(event));
    // One of the accounts is this one; what it signs in by may change further up on the page.
    document.addEventListener("ways", () => this.load());
    this.load();
  }

  async load() {
    try {
      this.part("accounts").replaceChildren(...(await api.accounts()).map((account) => this.row(account)));
    } catch (error) {
      toast(error.message);
    }
  }

  row(account) {
    const row = stamp("account-row");
    row.dataset.name = account.name;
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    setText(part("name"), account.name);
    setText(part("ways"), [
      account.password ? t("password") : t("no password"),
      account.second_factor && t("second factor"),
      account.passkeys && tn("{count} passkey", "{count} passkeys", account.passkeys),
    ].filter(Boolean).join(" · "));
    setHidden(part("admin"), !account.admin);
    setHidden(part("factor"), !account.second_factor);
    return row;
  }

  async pressed(event) {
    const button = event.target.closest("button[data-part]");
    const name = button?.closest("[data-name]")?.dataset.name;
    if (!name) return;
    try {
      await (button.dataset.part === "factor" ? this.withoutFactor(name) : this.link(name));
    } catch (error) {
      toast(error.message);
    }
  }

  async link(name) {
    const { link, expires_at: end } = await api.resetAccount(name);
    this.say("for", t("Give this link to {name}. It sets a new password, once, until {when}.", { name, when: moment(end) }));
    this.say("link", link);
    this.show("made", true);
  }

  async withoutFactor(name) {
    const text = t("The password alone is enough for {name} then.", { name });
    if (!await confirmed({ title: t("Take the second factor away?"), text, action: t("Take away") })) return;
    await api.removeSecondFactorOf(name);
    await this.load();
  }
}

customElements.define("account-list", AccountList);
