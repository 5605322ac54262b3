/* The HTTP API, as promises. Rule: a login that is over leads to the login page, everything else is an error to show. */

import { t } from "../helpers/words.js";

/** `fields` maps a field's name to what is wrong with it; `status` 0 means the server was not reached. */
export class ApiError extends Error {
  constructor(status, problem = {}) {
    super(problem.detail || problem.title || wordless(status));
    this.status = status;
    this.reason = problem.reason ?? "";
    this.fields = Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));
  }
}

function contentOf(answer) {
  return answer.status === 204 ? null : answer.json();
}

function wordless(status) {
  return status ? t("The server answered {status}.", { status }) : t("The server cannot be reached.");
}

export class Api {
  /** `loggedOut()` is called when the server no longer knows this login; `prove()` when it wants to know once more who
   * is there: where that resolves to true, what was asked goes on. */
  constructor({ csrf = "", fetch = (...words) => globalThis.fetch(...words), loggedOut = () => {}, prove = async () => false } = {}) {
    Object.assign(this, { csrf, fetch, loggedOut, prove });
  }

  async call(method, path, body, how = {}) {
    let answer = await this.reach(method, path, body, how);
    if (answer.ok) return contentOf(answer);
    const error = await this.refused(answer);
    if (error.reason !== "prove" || !await this.prove()) throw error;
    answer = await this.reach(method, path, body, how);
    if (answer.ok) return contentOf(answer);
    throw await this.refused(answer);
  }

  async refused(answer) {
    const problem = await answer.json().catch(() => ({}));
    if (answer.status === 401) this.loggedOut();
    return new ApiError(answer.status, problem);
  }

  async reach(method, path, body, how) {
    const headers = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = this.csrf;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    try {
      return await this.fetch(`/api/v1${path}`, {
        method, headers, credentials: "same-origin", redirect: "error", ...how,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      throw new ApiError(0);
    }
  }

  /** {sessions, looks}: all of them, and what this account saw of each. */
  list() {
    return this.call("GET", "/sessions");
  }

  sessions() {
    return this.known().then(({ sessions }) => sessions);
  }

  /** {sessions, looks}: what the account saw of each last. */
  known() {
    return this.call("GET", "/sessions");
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

  logins() {
    return this.call("GET", "/logins").then(({ logins }) => logins);
  }

  revokeLogin(id) {
    return this.call("DELETE", `/logins/${id}`);
  }

  revokeOtherLogins() {
    return this.call("DELETE", "/logins");
  }

  tokens() {
    return this.call("GET", "/tokens").then(({ tokens }) => tokens);
  }

  /** `order`: {name, scopes, session?, expires_at?}. */
  createToken(order) {
    return this.call("POST", "/tokens", order);
  }

  revokeToken(id) {
    return this.call("DELETE", `/tokens/${id}`);
  }

  changePassword(current, next) {
    return this.call("POST", "/password", { ...(current && { current }), new: next });
  }

  /** {fresh, until, ways}: whether this login has shown lately who it is, and how it can. */
  proof() {
    return this.call("GET", "/proof");
  }

  proofOptions() {
    return this.call("POST", "/proof/options").then(({ options }) => options);
  }

  /** `by`: {password} or {credential}. */
  giveProof(by) {
    return this.call("POST", "/proof", by);
  }

  passkeys() {
    return this.call("GET", "/passkeys").then(({ passkeys }) => passkeys);
  }

  passkeyOptions() {
    return this.call("POST", "/passkeys/options").then(({ options }) => options);
  }

  addPasskey(name, credential) {
    return this.call("POST", "/passkeys", { name, credential });
  }

  renamePasskey(id, name) {
    return this.call("PATCH", `/passkeys/${id}`, { name });
  }

  removePasskey(id) {
    return this.call("DELETE", `/passkeys/${id}`);
  }

  signInOptions() {
    return this.call("POST", "/passkeys/sign-in/options").then(({ options }) => options);
  }

  signInByPasskey(credential) {
    return this.call("POST", "/passkeys/sign-in", { credential });
  }

  secondFactor() {
    return this.call("GET", "/second-factor");
  }

  /** {seed, uri, qr}, this once. */
  beginSecondFactor() {
    return this.call("POST", "/second-factor");
  }

  /** The recovery codes, this once. */
  confirmSecondFactor(code) {
    return this.call("POST", "/second-factor/confirm", { code }).then(({ recovery_codes: codes }) => codes);
  }

  renewRecoveryCodes() {
    return this.call("POST", "/second-factor/recovery-codes").then(({ recovery_codes: codes }) => codes);
  }

  removeSecondFactor() {
    return this.call("DELETE", "/second-factor");
  }

  /** What others did to this account, the newest first, without what was put away in this browser. */
  notices() {
    return this.call("GET", "/notices").then(({ notices }) => notices);
  }

  putAwayNotices(number) {
    return this.call("DELETE", `/notices/${number}`);
  }

  accounts() {
    return this.call("GET", "/accounts").then(({ accounts }) => accounts);
  }

  /** {name, admin?}; answers the account with {link, expires_at}, this once. */
  addAccount(facts) {
    return this.call("POST", "/accounts", facts);
  }

  /** With its {logins, tokens, keys, running}. */
  account(name) {
    return this.call("GET", accountPath(name));
  }

  /** {admin?, disabled?, end_sessions?}. */
  changeAccount(name, facts) {
    return this.call("PATCH", accountPath(name), facts);
  }

  deleteAccount(name, endSessions = false) {
    return this.call("DELETE", `${accountPath(name)}${endSessions ? "?end_sessions=true" : ""}`);
  }

  signOutAccount(name) {
    return this.call("DELETE", accountPath(name, "/logins"));
  }

  revokeTokensOf(name) {
    return this.call("DELETE", accountPath(name, "/tokens"));
  }

  revokeTokenOf(name, id) {
    return this.call("DELETE", accountPath(name, `/tokens/${id}`));
  }

  removePasskeysOf(name) {
    return this.call("DELETE", accountPath(name, "/passkeys"));
  }

  removePasskeyOf(name, id) {
    return this.call("DELETE", accountPath(name, `/passkeys/${id}`));
  }

  /** {link, expires_at}, this once. */
  resetAccount(name) {
    return this.call("POST", accountPath(name, "/reset"));
  }

  removeSecondFactorOf(name) {
    return this.call("DELETE", accountPath(name, "/second-factor"));
  }
}

function accountPath(name, more = "") {
  return `/accounts/${encodeURIComponent(name)}${more}`;
}

function query(words) {
  const given = Object.entries(words).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
