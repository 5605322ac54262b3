/* The HTTP API, as promises (caller.js says what becomes of a refusal). */

import { AccountApi } from "./account-api.js";

export { ApiError } from "./caller.js";

export class Api extends AccountApi {
  /** {sessions, looks}: what the account saw of each last. */
  list() {
    return this.call("GET", "/sessions");
  }

  sessions() {
    return this.list().then(({ sessions }) => sessions);
  }

  create(order) {
    return this.call("POST", "/sessions", order);
  }

  status(id) {
    return this.call("GET", `/sessions/${id}/status`);
  }

  /** The screen and `scrollback` lines above it, as text. */
  async screen(id, scrollback = 0) {
    const answer = await this.reach("GET", `/sessions/${id}/screen?format=text&scrollback=${scrollback}`);
    if (answer.ok) return answer.text();
    throw await this.refused(answer);
  }

  /** The newest first: {commands, more, at_prompt, history}. */
  commands(id, { before, limit, rows } = {}) {
    return this.call("GET", `/sessions/${id}/commands${query({ before, limit, rows: rows || undefined })}`);
  }

  /** What a command wrote, as text. */
  async commandOutput(id, number) {
    const answer = await this.reach("GET", `/sessions/${id}/commands/${number}/output?format=text`);
    if (answer.ok) return answer.text();
    throw await this.refused(answer);
  }

  change(id, facts) {
    return this.call("PATCH", `/sessions/${id}`, facts);
  }

  end(id) {
    return this.call("DELETE", `/sessions/${id}`);
  }

  forget(id) {
    return this.call("DELETE", `/sessions/${id}?forget=true`);
  }

  /** {done, left, deed}. With `after` seconds it is done then, whatever becomes of this page. */
  endSeveral(ids, { forget = false, after = 0 } = {}) {
    return this.call("POST", "/sessions/end", { ids, forget, after_seconds: after });
  }

  /** Refused with 404 when it has been done. */
  keep(deed) {
    return this.call("DELETE", `/sessions/end/${deed}`);
  }

  /** `pinned`, or `seen: true`. */
  look(id, facts) {
    return this.call("PATCH", `/sessions/${id}/look`, facts);
  }

  again(id) {
    return this.call("POST", `/sessions/${id}/again`);
  }

  /** With `offset`: also the row in which the cursor stood there. */
  history(id, { offset } = {}) {
    return this.call("GET", `/sessions/${id}/history${query({ offset })}`);
  }

  historyRows(id, { from, count, format }) {
    return this.call("GET", `/sessions/${id}/history/rows${query({ from, count, format })}`);
  }

  historySearch(id, { q, before, after, limit }) {
    return this.call("GET", `/sessions/${id}/history/search${query({ q, before, after, limit })}`);
  }

  /** {grants, links, here, locked, paused}: for the owner. */
  sharing(id) {
    return this.call("GET", `/sessions/${id}/sharing`);
  }

  /** `locked`, `paused`. */
  moderate(id, facts) {
    return this.call("PATCH", `/sessions/${id}/sharing`, facts);
  }

  give(id, grant) {
    return this.call("POST", `/sessions/${id}/grants`, grant);
  }

  takeGrant(id, grant) {
    return this.call("DELETE", `/sessions/${id}/grants/${grant}`);
  }

  /** Ends an administrator's look: for the owner. */
  endGlass(id, number) {
    return this.call("DELETE", `/sessions/${id}/break-glass/${number}`);
  }

  /** {reason, role}: for administrators, into another's session. */
  breakGlass(id, wish) {
    return this.call("POST", `/sessions/${id}/break-glass`, wish);
  }

  /** Of all accounts, without what they are: for administrators. */
  async everybodysSessions() {
    return (await this.call("GET", "/admin/sessions")).sessions;
  }

  makeLink(id, link) {
    return this.call("POST", `/sessions/${id}/links`, link);
  }

  takeLink(id, link) {
    return this.call("DELETE", `/sessions/${id}/links/${link}`);
  }

  /** Lets a viewer type, until it leaves or that is taken back. */
  lend(id, viewer) {
    return this.call("PUT", `/sessions/${id}/viewers/${viewer}/keyboard`);
  }

  takeKeyboard(id, viewer) {
    return this.call("DELETE", `/sessions/${id}/viewers/${viewer}/keyboard`);
  }

  removeViewer(id, viewer) {
    return this.call("DELETE", `/sessions/${id}/viewers/${viewer}`);
  }

  preferences() {
    return this.call("GET", "/preferences");
  }

  stats(id, step) {
    return this.call("GET", `/sessions/${id}/stats${query({ step })}`);
  }

  processes(id) {
    return this.call("GET", `/sessions/${id}/processes`);
  }

  /** The last five minutes of many sessions, for their cards. */
  cards(ids) {
    return this.call("GET", `/stats${query({ sessions: ids.join(",") })}`);
  }

  machine(step) {
    return this.call("GET", `/machine${query({ step })}`);
  }

  prefer(changes) {
    return this.call("PATCH", "/preferences", changes);
  }
}

function query(words) {
  const given = Object.entries(words).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
