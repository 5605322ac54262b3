/* Shows an ApiError inside a form: each field's message under its field (data-error="field"), the rest on top. */

import { setHidden, setText } from "./dom.js";

export function clearErrors(form) {
  for (const note of form.querySelectorAll("[data-error]")) {
    setText(note, "");
    setHidden(note, true);
  }
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

export function showErrors(form, error) {
  clearErrors(form);
  let placed = false;
  for (const [name, message] of Object.entries(error.fields ?? {})) {
    const note = form.querySelector(`[data-error="${CSS.escape(name)}"]`);
    if (!note) continue;
    setText(note, message);
    setHidden(note, false);
    form.elements[name]?.setAttribute("aria-invalid", "true");
    if (!placed) form.elements[name]?.focus();
    placed = true;
  }
  if (placed) return;
  const top = form.querySelector('[data-error=""]');
  setText(top, error.message);
  setHidden(top, false);
}

/** Runs `work` with the form's buttons off; shows what goes wrong. Resolves to undefined then. */
export async function submitting(form, work) {
  clearErrors(form);
  const buttons = [...form.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  try {
    return await work();
  } catch (error) {
    for (const button of buttons) button.disabled = false;
    showErrors(form, error);
    return undefined;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}
