/* What the API would answer on the past of a session that is not recorded, if it were asked: that there is none. Rule: a
page that shows what is there now asks nothing in vain. */

const NONE = { history: "", first: 0, end: 0 };

export const unkept = {
  history: async () => ({ ...NONE, cursor_row: null, complete: true }),
  historyRows: async (id, { from }) => ({ ...NONE, from, to: from, data: "", wrapped: [], continues: false }),
  historySearch: async () => ({ ...NONE, hits: [], more: false, searched_to: 0 }),
  commands: async () => ({ commands: [], more: false, at_prompt: null }),
};

/** `facts`: a status. */
export const pastOf = (facts, api) => facts.recorded === false ? unkept : api;
