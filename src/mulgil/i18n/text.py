"""The value that stands for one sentence: a code and its named fields."""

import msgspec

FieldValue = str | int | float | bool | None


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence without its words: a code such as `wait.pool_full` and the fields it names.

    The part before the first dot is the *area*; an area is one catalogue module per language
    (`mulgil.i18n.en.wait`). Texts are stored and sent between processes; they are rendered only
    where a person reads them.
    """

    code: str
    fields: dict[str, FieldValue] = {}

    @property
    def area(self) -> str:
        """The catalogue module that holds this text."""
        return self.code.partition(".")[0]
