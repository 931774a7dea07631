"""How terms are cut and weighed. A search must cut its words as the index did, so each build carries its options."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from emr_steps.index.stop_words import ENGLISH

NORMS = ("l2", "none")
STOP_WORDS = {"none": frozenset[str](), "english": ENGLISH}
LONGEST_TERM = 3


@dataclass(frozen=True)
class IndexOptions:
    """The options of scikit-learn's TfidfVectorizer that the index has, with its names and meanings.

    `max_words` is the upper end of `ngram_range`, whose lower end is 1. `stop_words` names a list of `STOP_WORDS`.
    https://scikit-learn.org/stable/modules/generated/sklearn.feature_extraction.text.TfidfVectorizer.html
    """

    max_words: int = LONGEST_TERM
    min_df: int = 2
    stop_words: str = "none"
    sublinear_tf: bool = False
    smooth_idf: bool = True
    norm: str = "l2"

    def __post_init__(self) -> None:
        if not 1 <= self.max_words <= LONGEST_TERM:
            raise ValueError(f"max_words must be from 1 to {LONGEST_TERM}; got {self.max_words}")
        if self.min_df < 1:
            raise ValueError(f"min_df must be 1 or more; got {self.min_df}")
        if self.stop_words not in STOP_WORDS:
            raise ValueError(f"stop_words must be one of {sorted(STOP_WORDS)}; got {self.stop_words!r}")
        if self.norm not in NORMS:
            raise ValueError(f"norm must be one of {NORMS}; got {self.norm!r}")

    def to_json(self) -> str:
        """Write the options as `text_builds.options` holds them."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> IndexOptions:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))
