"""HTTP sources."""

MESSAGES: dict[str, str] = {
    "http.address": (
        "{url} can't be asked: {why} Correct the host of the connection, such as https://api.example.com. Nothing was "
        "published."
    ),
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
    "http.next_elsewhere": (
        "{url}: the API sends us to {next} for the next page, which is another server. Nothing is asked there, because "
        "it would see the connection's secrets. Correct the connection's host, or tell the API's owner."
    ),
    "http.page_repeated": (
        "{url} (page {page}): the same page came twice in a row, so the API seems to ignore the page that is asked "
        "for, and would never end. Correct pages= of the HttpSource."
    ),
    "http.page_size_half": "PageNumber needs size_parameter and size together, or neither.",
    "http.page_twice": (
        "{url} (page {page}): the API sends us to {next}, where we were already: its pages go round in circles. "
        "Nothing was published; tell the API's owner."
    ),
    "http.rate_not_positive": "requests_per_second can't be {rate}; give a number above 0, or leave it out.",
    "http.rows_differ": (
        "{url}: {rows} rows came, and the API says {total}. Rows are missing or doubled; nothing was published."
    ),
    "http.status": "{url} answered {status}: {body}",
    "http.too_late": (
        "{url}: {why}; the next try would be in {pause} s, after the deadline of {deadline} s. Raise "
        "deadline_seconds, or try later."
    ),
    "http.wrong_record": (
        "{url} (page {page}), row {row}: {detail}. Tell the API's owner, or let the load accept such rows with "
        "max_bad_rows=…"
    ),
    "http.wrong_shape": (
        "{url} (page {page}): expected {expected}, found {found}. Correct records=, pages= or columns= of the "
        "HttpSource, or tell the API's owner."
    ),
    "http.wrong_value": (
        "{url} (page {page}), row {row}, field {column!r}: {detail}. Correct the field's type in columns= of the "
        "HttpSource, or let the load accept such rows with max_bad_rows=…"
    ),
}
