/* One file on its way into a session's directory. XMLHttpRequest, because fetch tells nothing of what was sent. */

import { ApiError } from "./api.js";

/** Resolves to {name, directory, path, bytes}; rejects with an ApiError. `progress(share)` gets 0 to 1. */
export function upload({ session, file, csrf, progress = () => {}, signal, request = new XMLHttpRequest() }) {
  return new Promise((resolve, reject) => {
    request.open("PUT", `/api/v1/sessions/${session}/files/${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-CSRFToken", csrf);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => total && progress(loaded / total));
    request.addEventListener("load", () => {
      const answer = read(request.responseText);
      if (request.status === 201 && answer) resolve(answer);
      else reject(new ApiError(request.status, answer ?? {}));
    });
    request.addEventListener("error", () => reject(new ApiError(0)));
    request.addEventListener("abort", () => reject(Object.assign(new ApiError(0), { stopped: true })));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
