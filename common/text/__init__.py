"""What a text costs on the air and how it travels: alphabet, parts, payloads, advice, and the folded form for matching.

Pure: no Django here. The sentences a person reads about advice are in ``common.text.advice_words``.
"""

from common.text.advice import Advice, AdviceCode, advise
from common.text.folding import ascii_digits, clean, fold, search_key
from common.text.measuring import Encoding, Measure, TextTooLong, measure, split
from common.text.merging import Blank, MergeTemplate
from common.text.opt_out import has_opt_out_hint, is_opt_out, is_rejoin
from common.text.wire import Decoded, DefaultAlphabet, decode, encode, join_halves

__all__ = [
    "Advice",
    "AdviceCode",
    "Blank",
    "Decoded",
    "DefaultAlphabet",
    "Encoding",
    "Measure",
    "MergeTemplate",
    "TextTooLong",
    "advise",
    "ascii_digits",
    "clean",
    "decode",
    "encode",
    "fold",
    "has_opt_out_hint",
    "is_opt_out",
    "is_rejoin",
    "join_halves",
    "measure",
    "search_key",
    "split",
]
