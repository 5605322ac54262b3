/* The HTTP API's accounts: this one's logins, tokens, passkeys and proofs, and what administrators do with others. */

import { Caller } from "./caller.js";

export class AccountApi extends Caller {
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

  teams() {
    return this.call("GET", "/teams").then(({ teams }) => teams);
  }

  addTeam(name) {
    return this.call("POST", "/teams", { name });
  }

  deleteTeam(name) {
    return this.call("DELETE", teamPath(name));
  }

  joinTeam(name, user) {
    return this.call("PUT", teamPath(name, user));
  }

  leaveTeam(name, user) {
    return this.call("DELETE", teamPath(name, user));
  }
}

function accountPath(name, more = "") {
  return `/accounts/${encodeURIComponent(name)}${more}`;
}

function teamPath(name, user) {
  return `/teams/${encodeURIComponent(name)}${user === undefined ? "" : `/members/${encodeURIComponent(user)}`}`;
}
