"""Deep history: every row that a session's output scrolled off its primary screen, from the first byte kept.

    replay.py     the journal played again from a checkpoint: rows as they scroll off
    index.py      checkpoints: which row stood at which offset, and the screen there
    pages.py      rows by number
    anchors.py    a line as something that lasts
    search.py     text in all of them
    histories.py  one index a session, few at a time; what runs in native threads, and when

Nothing but checkpoints is kept: rows are made again from the journal whenever they are asked for. The rule: the
same row number is the same row for as long as the history's id is the same.
"""
