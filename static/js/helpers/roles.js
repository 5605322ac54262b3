/* What a viewer may do, in words. Pure. */

import { t } from "./words.js";

const ROLES = {
  owner: () => t("owner"),
  operator: () => t("operator"),
  writer: () => t("writer"),
  viewer: () => t("viewer"),
};

export function roleWords(role) {
  return ROLES[role]?.() ?? role;
}
