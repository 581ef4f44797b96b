"""The log of requests (W10): every call with a key, its answer's code, for 30 days; no body, no text, no key.

``recording`` notes a call after its answer and hands a batch to Valkey now and then; ``keeping``, called by a task,
copies batches into the table. A crash loses at most the calls of the last half second.
"""
