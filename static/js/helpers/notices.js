/* What an account reads of what others did to it, or to who may come into its sessions. */

import { t } from "./words.js";

/** `notice`: as GET /notices answers it. */
export function noticeWords({ what, by, command, user, team, role, name }) {
  const who = command ? t("The server’s command line ({by})", { by }) : by;
  switch (what) {
    case "team": return role === "viewer"
      ? t("{who} put {user} into the team {team}, which watches your session {name}.", { who, user, team, name })
      : t("{who} put {user} into the team {team}, which types in your session {name}.", { who, user, team, name });
    case "reset-link": return t("{who} made a link that sets a new password for your account.", { who });
    case "new-password": return who
      ? t("{who} set a new password for your account.", { who })
      : t("Somebody set a new password for your account, by a link that an administrator made.");
    case "second-factor": return t("{who} took your second factor away.", { who });
    case "signed-out": return t("{who} logged you out everywhere.", { who });
    case "tokens": return t("{who} revoked API tokens of yours.", { who });
    case "passkeys": return t("{who} removed passkeys of yours.", { who });
    default: return t("{who} changed your account.", { who });
  }
}
