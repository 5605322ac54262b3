/* Passkeys between the server's JSON and navigator.credentials, which wants bytes. Not every browser that has passkeys
has parseRequestOptionsFromJSON and toJSON, so it is done here. Pure but for `ask` and `create`. */

import { t } from "./words.js";

/** Whether this browser has passkeys, at an address that may have some: names have, numbers (127.0.0.1) have not. */
export function passkeysPossible(host = location.hostname) {
  return Boolean(globalThis.PublicKeyCredential) && isSecureContext && !/^[\d.]+$|^\[/.test(host);
}

export function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function textOf(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const withBytes = (list = []) => list.map((one) => ({ ...one, id: bytesOf(one.id) }));

/** Nobody chose or made one: the browser's own words for that differ, and are not the page's language. */
export class NoPasskey extends Error {
  constructor({ name }) {
    super(name === "InvalidStateError" ? t("This device has a passkey for this account already.") : t("No passkey was used."));
  }
}

async function asked(how, publicKey) {
  try {
    return await navigator.credentials[how]({ publicKey });
  } catch (error) {
    throw new NoPasskey(error);
  }
}

/** The answer of one of the passkeys that this browser has. */
export async function ask(options) {
  const credential = await asked("get", {
    ...options, challenge: bytesOf(options.challenge), allowCredentials: withBytes(options.allowCredentials),
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
  return written(credential, {
    clientDataJSON: textOf(clientDataJSON), authenticatorData: textOf(authenticatorData), signature: textOf(signature),
    userHandle: userHandle ? textOf(userHandle) : null,
  });
}

/** A new passkey. */
export async function create(options) {
  const credential = await asked("create", {
    ...options, challenge: bytesOf(options.challenge), user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  });
  const { clientDataJSON, attestationObject } = credential.response;
  return written(credential, { clientDataJSON: textOf(clientDataJSON), attestationObject: textOf(attestationObject) });
}

function written({ id, rawId, type }, response) {
  return { id, rawId: textOf(rawId), type, response };
}
