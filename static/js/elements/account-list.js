/* <account-list>: other people's accounts, for an administrator: a new one, a link to a new password, a lost second factor,
and, opened, what shuts one out (<account-more>). */

import { api } from "../page.js";
import { moment } from "../helpers/format.js";
import { t, tn } from "../helpers/words.js";
import "./account-more.js";
import { confirmed } from "./confirm-dialog.js";
import { Parted, setHidden, setText, stamp } from "./dom.js";
import { submitting } from "./form-errors.js";
import { toast } from "./toast-line.js";

class AccountList extends Parted {
  connectedCallback() {
    this.part("accounts").addEventListener("click", (event) => this.pressed(event));
    this.part("form").addEventListener("submit", (event) => this.add(event));
    this.addEventListener("changed", () => this.load());
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
    setHidden(part("disabled"), !account.disabled);
    setHidden(part("factor"), !account.second_factor);
    setHidden(part("reset"), Boolean(account.disabled));
    if (account.name === this.opened) this.open(row);
    return row;
  }

  async pressed(event) {
    const button = event.target.closest("button[data-part]");
    const row = button?.closest("[data-name]");
    const deed = { factor: this.withoutFactor, reset: this.link, manage: this.manage }[button?.dataset.part];
    if (!row || !deed) return;
    try {
      await deed.call(this, row.dataset.name, row);
    } catch (error) {
      toast(error.message);
    }
  }

  /** One at a time; it stays open when the list is read again. */
  manage(name) {
    this.opened = this.opened === name ? null : name;
    for (const row of this.part("accounts").children) this.open(row);
  }

  open(row) {
    const [open, more] = [row.dataset.name === this.opened, row.querySelector("account-more")];
    row.querySelector("[data-part=manage]").setAttribute("aria-expanded", open);
    setHidden(more, !open);
    if (open) more.show(row.dataset.name, row.dataset.name === this.dataset.me);
  }

  async link(name) {
    this.hand(name, await api.resetAccount(name));
  }

  hand(name, { link, expires_at: end }) {
    this.say("for", t("Give this link to {name}. It sets a new password, once, until {when}.", { name, when: moment(end) }));
    this.say("link", link);
    this.show("made", true);
  }

  async add(event) {
    event.preventDefault();
    const { name, admin } = event.target.elements;
    const made = await submitting(event.target, () => api.addAccount({ name: name.value.trim().toLowerCase(), admin: admin.checked }));
    if (!made) return;
    event.target.reset();
    this.hand(made.name, made);
    await this.load();
  }

  async withoutFactor(name) {
    const text = t("The password alone is enough for {name} then.", { name });
    if (!await confirmed({ title: t("Take the second factor away?"), text, action: t("Take away") })) return;
    await api.removeSecondFactorOf(name);
    await this.load();
  }
}

customElements.define("account-list", AccountList);
