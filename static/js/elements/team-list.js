/* <team-list>: teams of accounts, for an administrator: a new one, who is in it, its end. Owners of sessions that a team is
let into are told who comes in (app/web/teams.py). */

import { api } from "../page.js";
import { t, tn } from "../helpers/words.js";
import { confirmed } from "./confirm-dialog.js";
import { Parted, make, setText, stamp } from "./dom.js";
import { submitting } from "./form-errors.js";
import { toast } from "./toast-line.js";

class TeamList extends Parted {
  connectedCallback() {
    this.part("teams").addEventListener("click", (event) => this.pressed(event));
    this.part("teams").addEventListener("submit", (event) => this.join(event));
    this.part("form").addEventListener("submit", (event) => this.add(event));
    // Who was deleted further up on the page is in no team any more.
    document.querySelector("account-list")?.addEventListener("changed", () => this.load());
    this.load();
  }

  /** `at`: the team whose field is to be typed into next. */
  async load(at) {
    try {
      const teams = await api.teams();
      this.part("teams").replaceChildren(...teams.map((team) => this.row(team)));
      this.show("none", !teams.length);
      if (at) this.part("teams").querySelector(`[data-name="${CSS.escape(at)}"] input`)?.focus();
    } catch (error) {
      toast(error.message);
    }
  }

  row({ name, members }) {
    const row = stamp("team-row");
    row.dataset.name = name;
    const part = (word) => row.querySelector(`[data-part=${word}]`);
    setText(part("name"), name);
    setText(part("count"), tn("{count} member", "{count} members", members.length));
    part("user").setAttribute("aria-label", t("Into the team {team}", { team: name }));
    part("members").replaceChildren(...members.map((user) => make("li", { class: "badge" }, user,
      make("button", { type: "button", class: "quiet", "data-user": user, "aria-label": t("Take {user} out of the team {team}", { user, team: name }) }, "×"))));
    return row;
  }

  async pressed({ target }) {
    const team = target.closest("[data-name]")?.dataset.name;
    const user = target.closest("[data-user]")?.dataset.user;
    try {
      if (user) await api.leaveTeam(team, user);
      else if (!target.closest("[data-part=delete]") || !await this.sure(team)) return;
      else await api.deleteTeam(team);
      await this.load(user && team);
    } catch (error) {
      toast(error.message);
    }
  }

  sure(team) {
    const text = t("What was shared with it is shared with its members no more, at once.");
    return confirmed({ title: t("Delete the team {team}?", { team }), text, action: t("Delete") });
  }

  async join(event) {
    event.preventDefault();
    const form = event.target;
    const { name } = form.closest("[data-name]").dataset;
    const user = form.elements.user.value.trim().toLowerCase();
    const done = await submitting(form, async () => {
      await api.joinTeam(name, user);
      return true;
    });
    if (done) await this.load(name);
  }

  async add(event) {
    event.preventDefault();
    const form = event.target;
    const made = await submitting(form, () => api.addTeam(form.elements.name.value.trim().toLowerCase()));
    if (!made) return;
    form.reset();
    await this.load(made.name);
  }
}

customElements.define("team-list", TeamList);
