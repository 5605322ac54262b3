/* <account-page>: where this account is logged in, its API tokens, its password. */

import { api, preferences } from "../page.js";
import { ago, moment } from "../helpers/format.js";
import { t } from "../helpers/words.js";
import { Parted, setHidden, setText, stamp } from "./dom.js";
import { confirmed } from "./confirm-dialog.js";
import { submitting } from "./form-errors.js";
import { toast } from "./toast-line.js";

class AccountPage extends Parted {
  connectedCallback() {
    this.part("logins").addEventListener("click", (event) => this.revoke(event, "login"));
    this.part("tokens").addEventListener("click", (event) => this.revoke(event, "token"));
    this.part("token-form").addEventListener("submit", (event) => this.createToken(event));
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
      const [logins, tokens] = await Promise.all([api.logins(), api.tokens()]);
      this.part("logins").replaceChildren(...logins.map((login) => this.loginRow(login)));
      this.part("tokens").replaceChildren(...tokens.map((token) => this.tokenRow(token)));
      this.show("no-tokens", tokens.length === 0);
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
    setText(part("address"), login.address ?? "");
    setText(part("seen"), t("active {ago}", { ago: ago(login.last_seen_at) }));
    part("seen").title = t("Logged in {when}", { when: moment(login.created_at) });
    setHidden(part("current"), !login.current);
    setHidden(part("revoke"), Boolean(login.current));
    return row;
  }

  tokenRow(token) {
    const row = stamp("token-row");
    row.dataset.id = token.id;
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    setText(part("name"), token.name || t("unnamed"));
    setText(part("made"), t("made {when}", { when: moment(token.created_at) }));
    setText(part("used"), token.last_used_at ? t("used {ago}", { ago: ago(token.last_used_at) }) : t("never used"));
    return row;
  }

  async revoke(event, kind) {
    const row = event.target.closest("[data-part=revoke]")?.closest("[data-id]");
    if (!row) return;
    const sure = await confirmed(kind === "login"
      ? { title: t("Log this browser out?"), text: t("Its open pages are closed to it at once."), action: t("Log out") }
      : { title: t("Revoke this token?"), text: t("Scripts that use it stop working at once."), action: t("Revoke") });
    if (!sure) return;
    try {
      await (kind === "login" ? api.revokeLogin(row.dataset.id) : api.revokeToken(row.dataset.id));
      await this.load();
    } catch (error) {
      toast(error.message);
    }
  }

  async createToken(event) {
    event.preventDefault();
    const form = event.target;
    const made = await submitting(form, () => api.createToken(form.elements.name.value.trim()));
    if (!made) return;
    form.reset();
    this.say("secret", made.token);
    this.show("made", true);
    await this.load();
  }

  async changePassword(event) {
    event.preventDefault();
    const form = event.target;
    const [current, next] = [form.elements.current.value, form.elements.new.value];
    const done = await submitting(form, async () => {
      await api.changePassword(current, next);
      return true;
    });
    if (!done) return;
    form.reset();
    toast(t("Password changed."));
  }
}

const BROWSERS = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const SYSTEMS = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"],
  ["Mac OS X", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

function browserName(agent = "") {
  const find = (table) => table.find(([mark]) => agent?.includes(mark))?.[1];
  const [browser, system] = [find(BROWSERS) ?? t("Unknown browser"), find(SYSTEMS)];
  return system ? t("{browser} on {system}", { browser, system }) : browser;
}

customElements.define("account-page", AccountPage);
