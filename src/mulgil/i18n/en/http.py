"""HTTP sources."""

MESSAGES: dict[str, str] = {
    "http.count_changed": (
        "{url} (page {page}): the API says {now}, and before it said {before}. Its data changed while it was read, "
        "so rows may be missing or doubled. The next try reads again; nothing was published."
    ),
    "http.deadline": (
        "{url}: the whole read took longer than its deadline of {deadline} s. Raise deadline_seconds, or ask for less."
    ),
    "http.gave_up": "{url}: no whole answer after {tries} tries; the last one: {why}.",
    "http.nothing_to_infer": (
        "{url}: the answer has no records, so there are no columns to infer. Declare columns=… of the HttpSource."
    ),
    "http.page_size_half": "PageNumber needs size_parameter and size together, or neither.",
    "http.rows_differ": (
        "{url}: {rows} rows came, and the API says {total}. Rows are missing or doubled; nothing was published."
    ),
    "http.status": "{url} answered {status}: {body}",
    "http.too_late": (
        "{url}: {why}; the next try would be in {pause} s, after the deadline of {deadline} s. Raise "
        "deadline_seconds, or try later."
    ),
    "http.wrong_shape": (
        "{url} (page {page}): expected {expected}, found {found}. Correct records=, pages= or columns= of the "
        "HttpSource, or tell the API's owner."
    ),
}
