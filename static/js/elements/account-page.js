/* <account-page>: where this account is logged in, its API tokens, its password. */

import { api } from "../page.js";
import { ago, moment } from "../helpers/format.js";
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
    this.load();
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
    setText(part("seen"), `active ${ago(login.last_seen_at)}`);
    part("seen").title = `Logged in ${moment(login.created_at)}`;
    setHidden(part("current"), !login.current);
    setHidden(part("revoke"), Boolean(login.current));
    return row;
  }

  tokenRow(token) {
    const row = stamp("token-row");
    row.dataset.id = token.id;
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    setText(part("name"), token.name || "unnamed");
    setText(part("made"), `made ${moment(token.created_at)}`);
    setText(part("used"), token.last_used_at ? `used ${ago(token.last_used_at)}` : "never used");
    return row;
  }

  async revoke(event, kind) {
    const row = event.target.closest("[data-part=revoke]")?.closest("[data-id]");
    if (!row) return;
    const sure = await confirmed(kind === "login"
      ? { title: "Log this browser out?", text: "Its open pages are closed to it at once.", action: "Log out" }
      : { title: "Revoke this token?", text: "Scripts that use it stop working at once.", action: "Revoke" });
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
    toast("Password changed.");
  }
}

const BROWSERS = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const SYSTEMS = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"],
  ["Mac OS X", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

function browserName(agent = "") {
  const find = (table) => table.find(([mark]) => agent?.includes(mark))?.[1];
  return [find(BROWSERS) ?? "Unknown browser", find(SYSTEMS)].filter(Boolean).join(" on ");
}

customElements.define("account-page", AccountPage);
