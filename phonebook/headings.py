"""The headings under which files carry what every contact has; own fields go by their names and keys. Pure."""

from common.text import fold

MOBILE, FIRST_NAME, LAST_NAME, FULL_NAME, GROUPS = "mobile", "first_name", "last_name", "name", "groups"
BUILT_IN = (MOBILE, FIRST_NAME, LAST_NAME, FULL_NAME, GROUPS)

_WORDS = {
    MOBILE: ("موبایل", "تلفن همراه", "شماره موبایل", "شماره همراه", "شماره", "mobile", "phone", "cell", "number"),
    FIRST_NAME: ("نام", "نام کوچک", "اسم", "first name", "firstname", "given name"),
    LAST_NAME: ("نام خانوادگی", "فامیلی", "فامیل", "نام فامیل", "last name", "lastname", "surname", "family"),
    FULL_NAME: ("نام و نام خانوادگی", "نام کامل", "نام و فامیل", "full name", "fullname", "name"),
    GROUPS: ("گروه", "گروه ها", "گروه‌ها", "group", "groups"),
}
_TARGETS = {fold(word): target for target, words in _WORDS.items() for word in (*words, target)}


def target_of(heading: str) -> str | None:
    """What a column of this heading holds, in whatever way it is written; None for a heading that we do not know."""
    return _TARGETS.get(fold(heading))
