/* <share-dialog>: who may be in a session, for its owner. Rule: it shows what the server says, anew after each change;
a link's address is shown when it is made, and never again. */

import { api } from "../page.js";
import { moment } from "../helpers/format.js";
import { userWord } from "../helpers/people.js";
import { givenWords, glassWords, linkWords } from "../helpers/sharing.js";
import { t, tn } from "../helpers/words.js";
import { make, Parted, setHidden, setText } from "./dom.js";
import { submitting } from "./form-errors.js";
import "./copy-button.js";

class ShareDialog extends Parted {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.part("close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.closed());
    this.onSubmit("link-form", (form) => this.makeLink(form));
    this.onSubmit("grant-form", (form) => this.give(form));
    for (const name of ["locked", "paused"]) {
      this.part(name).addEventListener("change", ({ target }) => this.act(() => api.moderate(this.session, { [name]: target.checked })));
    }
  }

  onSubmit(name, act) {
    this.part(name).addEventListener("submit", (event) => {
      event.preventDefault();
      submitting(event.target, () => act(event.target));
    });
  }

  /** `stream`: of the session, which says who comes and goes. */
  async open({ session, name, stream }) {
    Object.assign(this, { session, stream });
    this.say("title", t("Share “{name}”", { name }));
    this.show("made", false);
    this.show("problem", false);
    this.part("link-form").reset();
    this.part("grant-form").reset();
    this.watching = new AbortController();
    stream.addEventListener("viewers", () => this.load(), { signal: this.watching.signal });
    await this.load();
    this.dialog.showModal();
  }

  closed() {
    this.watching?.abort();
    this.say("url", "");
  }

  /** What was asked before something changed, or is asked while it does, may be old news: it is not drawn. */
  async load() {
    this.turn = (this.turn ?? 0) + 1;
    const { turn } = this;
    const facts = await api.sharing(this.session).catch((error) => this.failed(error));
    if (facts && turn === this.turn && !this.acts) this.draw(facts);
  }

  /** Does it, and shows how things are then. */
  async act(work) {
    this.acts = (this.acts ?? 0) + 1;
    this.show("problem", false);
    await work().catch((error) => this.failed(error));
    this.acts -= 1;
    await this.load();
  }

  failed(error) {
    this.say("problem", error.message);
    this.show("problem", true);
  }

  async makeLink({ elements }) {
    const { role, expires_seconds: until, fresh, asks, label, most_viewers: most, password } = elements;
    const made = await api.makeLink(this.session, {
      role: role.value, fresh: fresh.checked, asks: asks.checked, label: label.value.trim(),
      expires_seconds: until.value ? Number(until.value) : null,
      most_viewers: most.value ? Number(most.value) : null, password: password.value || null,
    });
    this.say("url", made.url);
    this.show("made", true);
    password.value = "";
    await this.load();
    this.querySelector("copy-button button").focus();
  }

  async give({ elements }) {
    await api.give(this.session, { [elements.kind.value]: elements.name.value.trim(), role: elements.role.value });
    elements.name.value = "";
    await this.load();
    elements.name.focus();
  }

  draw({ grants, links, here, glass, locked, paused }) {
    this.part("locked").checked = locked;
    this.part("paused").checked = paused;
    this.list("links", links.map((link) => this.line({
      key: `link ${link.id}`, title: link.label || linkWords(link), about: this.aboutLink(link, here),
      action: t("Take back"), of: t("Take back the link “{name}”", { name: link.label || linkWords(link) }),
      run: () => api.takeLink(this.session, link.id),
    })));
    this.list("grants", [...glass.map((one) => this.line({
      key: `glass ${one.id}`, title: one.name, about: glassWords([one]), action: t("Take"),
      of: t("Take the role of {name}", { name: one.name }), run: () => api.endGlass(this.session, one.id),
    })), ...grants.map((grant) => this.line({
      key: `grant ${grant.id}`, title: grant.user ?? t("team {name}", { name: grant.team }), about: givenWords(grant.role),
      action: t("Take"), of: t("Take the role of {name}", { name: grant.user ?? grant.team }),
      run: () => api.takeGrant(this.session, grant.id),
    }))]);
    this.list("here", here.map((one) => this.line({
      key: `here ${one.viewer}`, title: userWord(one.user), about: this.aboutHere(one, links, glass),
      action: t("Remove"), of: t("Remove {name}", { name: userWord(one.user) }),
      run: () => api.removeViewer(this.session, one.viewer),
    })));
    setHidden(this.part("nobody"), here.length > 0);
  }

  aboutLink(link, here) {
    const there = here.filter((one) => one.link === link.id);
    return [
      link.label ? linkWords(link) : "",
      link.fresh ? t("from then on only") : "", link.asks ? t("asks first") : "", link.password ? t("with a password") : "",
      link.expires_at ? t("until {when}", { when: moment(link.expires_at) }) : t("until it is taken back"),
      link.most_viewers ? tn("at most {count} at once", "at most {count} at once", link.most_viewers) : "",
      there.length ? t("here: {names}", { names: there.map(({ user }) => userWord(user)).join(", ") }) : t("nobody here"),
    ].filter(Boolean).join(" · ");
  }

  aboutHere({ link, role, user }, links, glass) {
    if (link === null && glass.some(({ name }) => name === user)) return t("administrator, by break glass");
    const label = links.find(({ id }) => id === link)?.label;
    const way = link === null ? t("by name") : t("by link {label}", { label: label || link });
    return [givenWords(role), way].join(" · ");
  }

  /** Rows stay where nothing changed, so that a button keeps its focus. */
  list(name, rows) {
    const holder = this.part(name);
    const old = new Map([...holder.children].map((row) => [row.dataset.key, row]));
    holder.replaceChildren(...rows.map((row) => {
      const kept = old.get(row.dataset.key);
      if (!kept) return row;
      setText(kept.querySelector("small"), row.querySelector("small").textContent);
      return kept;
    }));
  }

  line({ key, title, about, action, of, run }) {
    const button = make("button", {
      type: "button", class: "button small", textContent: action, "aria-label": of, click: () => this.act(run),
    });
    return make("li", { "data-key": key },
      make("span", { class: "grow" }, make("b", { textContent: title }), make("small", { class: "muted", textContent: about })),
      button);
  }
}

customElements.define("share-dialog", ShareDialog);

export function openSharing(facts) {
  return document.querySelector("share-dialog").open(facts);
}
