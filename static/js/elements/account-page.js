/* <account-page>: where this account is logged in, its password. Tokens, passkeys and the second factor are elements of
their own inside it. */

import { api, preferences } from "../page.js";
import { ago, moment } from "../helpers/format.js";
import { t } from "../helpers/words.js";
import { Parted, setHidden, setText, stamp } from "./dom.js";
import { confirmed } from "./confirm-dialog.js";
import { submitting } from "./form-errors.js";
import { toast } from "./toast-line.js";

class AccountPage extends Parted {
  connectedCallback() {
    this.part("logins").addEventListener("click", (event) => this.revoke(event));
    this.part("everywhere").addEventListener("click", () => this.revokeOthers());
    this.part("password-form").addEventListener("submit", (event) => this.changePassword(event));
    for (const form of ["reading", "shells"]) this.part(form).addEventListener("change", ({ target }) => this.choose(target));
    preferences.addEventListener("failed", ({ detail }) => toast(detail.error.message));
    this.load();
  }

  /** The language is of the whole page, so that comes anew; the rest takes effect where it is used. */
  async choose(field) {
    const usual = field.dataset.usual === "on";   // of a checkbox
    const value = field.type === "checkbox" ? (field.checked === usual ? null : field.checked) : field.value || null;
    preferences.set(field.name, value);
    await preferences.last;
    if (field.name === "language") location.reload();
  }

  async load() {
    try {
      const logins = await api.logins();
      this.part("logins").replaceChildren(...logins.map((login) => this.loginRow(login)));
      this.show("everywhere", logins.length > 1);
    } catch (error) {
      toast(error.message);
    }
  }

  loginRow(login) {
    const row = stamp("login-row");
    row.dataset.id = login.id;
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    setText(part("agent"), browserName(login.user_agent));
    part("agent").title = login.user_agent ?? "";
    setText(part("address"), [login.address, WAYS[login.way]?.()].filter(Boolean).join(" · "));
    setText(part("seen"), t("active {ago}", { ago: ago(login.last_seen_at) }));
    part("seen").title = t("Logged in {when}", { when: moment(login.created_at) });
    setHidden(part("current"), !login.current);
    setHidden(part("revoke"), Boolean(login.current));
    return row;
  }

  async revoke(event) {
    const row = event.target.closest("[data-part=revoke]")?.closest("[data-id]");
    if (!row) return;
    const question = { title: t("Log this browser out?"), text: t("Its open pages are closed to it at once."), action: t("Log out") };
    if (await confirmed(question)) await this.done(() => api.revokeLogin(row.dataset.id));
  }

  async revokeOthers() {
    const question = { title: t("Log out all other browsers?"), text: t("Their open pages are closed to them at once."), action: t("Log out") };
    if (await confirmed(question)) await this.done(() => api.revokeOtherLogins());
  }

  async done(work) {
    try {
      await work();
      await this.load();
    } catch (error) {
      toast(error.message);
    }
  }

  async changePassword(event) {
    event.preventDefault();
    const form = event.target;
    const [current, next] = [form.elements.current?.value, form.elements.new.value];
    const done = await submitting(form, async () => {
      await api.changePassword(current, next);
      return true;
    });
    if (!done) return;
    form.reset();
    await this.load();
    const [tokens, keys] = [await api.tokens().catch(() => []), await api.passkeys().catch(() => [])];
    const open = tokens.filter(({ expired }) => !expired).length;
    toast(open + keys.length
      ? t("Password changed. {tokens} API tokens and {passkeys} passkeys still open this account; they are listed above.", { tokens: open, passkeys: keys.length })
      : t("Password changed."), { shown: open + keys.length ? 15_000 : undefined });
  }
}

const WAYS = { passkey: () => t("by passkey"), proxy: () => t("by the proxy in front"), provider: () => t("by the OpenID provider") };
const BROWSERS = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const SYSTEMS = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"],
  ["Mac OS X", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

function browserName(agent = "") {
  const find = (table) => table.find(([mark]) => agent?.includes(mark))?.[1];
  const [browser, system] = [find(BROWSERS) ?? t("Unknown browser"), find(SYSTEMS)];
  return system ? t("{browser} on {system}", { browser, system }) : browser;
}

customElements.define("account-page", AccountPage);
