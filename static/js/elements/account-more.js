/* <account-more>: what an administrator can do to one account: sign it out, revoke what opens it, shut it out, delete it.
It tells `changed` when it did. Made by <account-list>. */

import { api } from "../page.js";
import { moment } from "../helpers/format.js";
import { t, tn } from "../helpers/words.js";
import { confirmed } from "./confirm-dialog.js";
import { make } from "./dom.js";
import { toast } from "./toast-line.js";

class AccountMore extends HTMLElement {
  /** `own`: it is the account of whoever looks, who cannot shut himself out. */
  async show(name, own) {
    Object.assign(this, { name, own });
    try {
      this.account = await api.account(name);
    } catch (error) {
      return toast(error.message);
    }
    this.replaceChildren(...this.ways(), this.deeds());
  }

  /** Everything that opens the account besides its password. */
  ways() {
    const { logins, tokens, keys } = this.account;
    const until = (token) => token.expires_at ? t("until {when}", { when: moment(token.expires_at) }) : t("for ever");
    return [
      logins.length && this.way(tn("{count} login", "{count} logins", logins.length), [], t("Log out everywhere"), () => api.signOutAccount(this.name)),
      tokens.length && this.way(t("API tokens"), tokens.map((token) => this.line(`${token.name || t("without a name")} · ${token.scopes.join(", ")} · ${until(token)}`, t("Revoke"),
        () => api.revokeTokenOf(this.name, token.id))), t("Revoke all"), () => api.revokeTokensOf(this.name)),
      keys.length && this.way(t("Passkeys"), keys.map((key) => this.line(`${key.name} · ${key.host}`, t("Remove"),
        () => api.removePasskeyOf(this.name, key.id))), t("Remove all"), () => api.removePasskeysOf(this.name)),
    ].filter(Boolean);
  }

  way(title, lines, action, run) {
    const question = { title: `${action}?`, text: t("Of {name}, at once. {name} is told so.", { name: this.name }), action };
    return make("section", {}, make("div", { className: "row" }, make("b", { className: "grow" }, title),
      this.button(action, async () => await confirmed(question) && this.done(run))), ...lines);
  }

  line(words, action, run) {
    return make("div", { className: "row" }, make("span", { className: "grow" }, words), this.button(action, () => this.done(run)));
  }

  deeds() {
    const { admin, disabled, running } = this.account;
    const also = make("input", { type: "checkbox" });
    const ends = running > 0 && make("label", { className: "check" }, also,
      make("span", {}, tn("End what it runs, too: {count} session", "End what it runs, too: {count} sessions", running)));
    const buttons = this.own ? [] : [
      admin ? this.button(t("Make no administrator"), () => this.unmake()) : this.button(t("Make administrator"), () => this.promote()),
      disabled ? this.button(t("Enable"), () => this.done(() => api.changeAccount(this.name, { disabled: false })))
        : this.button(t("Disable"), () => this.disable(also.checked), "danger"),
      this.button(t("Delete"), () => this.remove(also.checked), "danger"),
    ];
    return make("section", {}, this.own || !ends ? null : ends, make("div", { className: "row" }, ...buttons));
  }

  async promote() {
    const text = t("{name} may then manage accounts, teams and limits, read the audit log, and break the glass of every session.", { name: this.name });
    if (await confirmed({ title: t("Make {name} an administrator?", { name: this.name }), text, action: t("Make administrator") })) await this.done(() => api.changeAccount(this.name, { admin: true }));
  }

  async unmake() {
    const text = t("{name} is logged out everywhere, and out of each session whose glass was broken.", { name: this.name });
    if (await confirmed({ title: t("Make {name} no administrator?", { name: this.name }), text, action: t("Make no administrator") })) await this.done(() => api.changeAccount(this.name, { admin: false }));
  }

  async disable(end) {
    const text = end ? t("Nothing opens the account any more, at once. What it runs is ended. Share links to its sessions are taken back for good.")
      : t("Nothing opens the account any more, at once. What it runs goes on. Share links to its sessions are taken back for good.");
    if (await confirmed({ title: t("Disable {name}?", { name: this.name }), text, action: t("Disable") })) await this.done(() => api.changeAccount(this.name, { disabled: true, end_sessions: end }));
  }

  async remove(end) {
    const text = t("Its sessions and everything that they wrote are erased. This cannot be undone.");
    if (await confirmed({ title: t("Delete {name}?", { name: this.name }), text, action: t("Delete") })) await this.done(() => api.deleteAccount(this.name, end));
  }

  button(words, click, kind = "") {
    return make("button", { type: "button", className: `button small ${kind}`.trim(), click }, words);
  }

  async done(run) {
    try {
      await run();
      this.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
    } catch (error) {
      toast(error.message);
    }
  }
}

customElements.define("account-more", AccountMore);
