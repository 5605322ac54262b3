/* The HTTP API, as promises. Rule: a login that is over leads to the login page, everything else is an error to show. */

/** `fields` maps a field's name to what is wrong with it; `status` 0 means the server was not reached. */
export class ApiError extends Error {
  constructor(status, problem = {}) {
    super(problem.detail || problem.title || (status ? `The server answered ${status}.` : "The server cannot be reached."));
    this.status = status;
    this.fields = Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));
  }
}

export class Api {
  /** `loggedOut()` is called when the server no longer knows this login. */
  constructor({ csrf = "", fetch = (...words) => globalThis.fetch(...words), loggedOut = () => {} } = {}) {
    Object.assign(this, { csrf, fetch, loggedOut });
  }

  async call(method, path, body) {
    const answer = await this.reach(method, path, body);
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    const problem = await answer.json().catch(() => ({}));
    if (answer.status === 401) this.loggedOut();
    throw new ApiError(answer.status, problem);
  }

  async reach(method, path, body) {
    const headers = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = this.csrf;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    try {
      return await this.fetch(`/api/v1${path}`, {
        method, headers, credentials: "same-origin", redirect: "error",
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      throw new ApiError(0);
    }
  }

  sessions() {
    return this.call("GET", "/sessions").then(({ sessions }) => sessions);
  }

  create(order) {
    return this.call("POST", "/sessions", order);
  }

  status(id) {
    return this.call("GET", `/sessions/${id}/status`);
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

  prefer(changes) {
    return this.call("PATCH", "/preferences", changes);
  }

  logins() {
    return this.call("GET", "/logins").then(({ logins }) => logins);
  }

  revokeLogin(id) {
    return this.call("DELETE", `/logins/${id}`);
  }

  tokens() {
    return this.call("GET", "/tokens").then(({ tokens }) => tokens);
  }

  createToken(name) {
    return this.call("POST", "/tokens", { name });
  }

  revokeToken(id) {
    return this.call("DELETE", `/tokens/${id}`);
  }

  changePassword(current, next) {
    return this.call("POST", "/password", { current, new: next });
  }
}

function query(words) {
  const given = Object.entries(words).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
