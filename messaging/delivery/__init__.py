"""From chunks in the table to PDUs on the wire and back: one `BindEngine` per bind.

hand.py     what a bind holds in memory: chunks, items, the queues that the session pulls from
intake.py   what the session reports, turned into a `Batch` of rows to write
writer.py   a `Batch` into the database, in one transaction
engine.py   the two threads: the session on the network, the keeper of the books on the database
shares.py   how a bind shares its parts between accounts
slices.py   what is handed over next: marked in the table before it is armed
binding.py  which bind a process is, and its session's settings
inbound.py  subscribers' messages: stored once, parts joined
receipts.py receipts matched by what was submitted, for those that no bind remembers
recovery.py what a lost bind left behind
"""
