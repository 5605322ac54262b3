/* <token-list>: the account's API tokens: what each may, until when, when it was used; a new one is shown once. */

import { api } from "../page.js";
import { ago, moment } from "../helpers/format.js";
import { t } from "../helpers/words.js";
import { confirmed } from "./confirm-dialog.js";
import { Parted, make, setHidden, setText, stamp } from "./dom.js";
import { submitting } from "./form-errors.js";
import { toast } from "./toast-line.js";

const DAY_MS = 86_400_000;
const SCOPES = { read: ["read"], write: ["read", "write"], admin: ["read", "write", "admin"] };
const POWERS = { read: () => t("may read"), write: () => t("may read and write"), admin: () => t("may do everything") };

class TokenList extends Parted {
  connectedCallback() {
    this.part("tokens").addEventListener("click", (event) => this.revoke(event));
    this.part("form").addEventListener("submit", (event) => this.create(event));
    this.load();
  }

  async load() {
    try {
      const [tokens, sessions] = await Promise.all([api.tokens(), api.sessions()]);
      this.names = new Map(sessions.map(({ id, name }) => [id, name]));
      this.part("tokens").replaceChildren(...tokens.map((token) => this.row(token)));
      this.show("none", tokens.length === 0);
      this.offer(sessions);
    } catch (error) {
      toast(error.message);
    }
  }

  /** The sessions that a token can be for, behind "All sessions". */
  offer(sessions) {
    const field = this.part("form").elements.session;
    const before = field.value;
    field.replaceChildren(field.options[0], ...sessions.map(({ id, name }) => make("option", { value: id }, name)));
    field.value = this.names.has(before) ? before : "";
  }

  row(token) {
    const row = stamp("token-row");
    row.dataset.id = token.id;
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    setText(part("name"), token.name || t("unnamed"));
    setText(part("may"), this.powers(token).join(" · "));
    setText(part("used"), token.last_used_at ? t("used {ago}", { ago: ago(token.last_used_at) }) : t("never used"));
    part("used").title = t("made {when}", { when: moment(token.created_at) });
    setHidden(part("expired"), !token.expired);
    return row;
  }

  powers({ scopes, session, expires_at: end, expired }) {
    const most = ["admin", "write", "read"].find((scope) => scopes.includes(scope));
    return [
      POWERS[most]?.(),
      session && t("only {session}", { session: this.names.get(session) ?? session }),
      end && !expired && t("until {when}", { when: moment(end) }),
    ].filter(Boolean);
  }

  async create(event) {
    event.preventDefault();
    const form = event.target;
    const [name, scope, session, days] = ["name", "scope", "session", "days"].map((field) => form.elements[field].value.trim());
    const order = { name, scopes: SCOPES[scope] };
    if (session) order.session = session;
    if (days) order.expires_at = new Date(Date.now() + days * DAY_MS).toISOString();
    const made = await submitting(form, () => api.createToken(order));
    if (!made) return;
    form.reset();
    this.say("secret", made.token);
    this.show("made", true);
    await this.load();
  }

  async revoke(event) {
    const row = event.target.closest("[data-part=revoke]")?.closest("[data-id]");
    if (!row) return;
    const question = { title: t("Revoke this token?"), text: t("Scripts that use it stop working at once."), action: t("Revoke") };
    if (!await confirmed(question)) return;
    try {
      await api.revokeToken(row.dataset.id);
      await this.load();
    } catch (error) {
      toast(error.message);
    }
  }
}

customElements.define("token-list", TokenList);
