"""HTTP 소스."""

MESSAGES: dict[str, str] = {
    "http.address": (
        "{url}에 요청할 수 없습니다: {why} 연결의 host를 https://api.example.com 같은 주소로 고치세요. "
        "아무것도 게시하지 않았습니다."
    ),
    "http.count_changed": (
        "{url}({page}페이지): API가 처음에는 {before}, 지금은 {now}(이)라고 합니다. 읽는 동안 데이터가 바뀌어 행이 "
        "빠지거나 중복될 수 있습니다. 다음 시도에서 다시 읽으며, 아무것도 게시하지 않았습니다."
    ),
    "http.deadline": (
        "{url}: 전체 읽기가 제한 시간 {deadline}초를 넘었습니다. deadline_seconds를 늘리거나 더 적게 요청하세요."
    ),
    "http.gave_up": "{url}: {tries}번 시도했지만 온전한 응답을 받지 못했습니다. 마지막 시도: {why}.",
    "http.nothing_to_infer": (
        "{url}: 응답에 레코드가 없어 컬럼을 추론할 수 없습니다. HttpSource의 columns=…를 선언하세요."
    ),
    "http.next_elsewhere": (
        "{url}: API가 다음 페이지로 다른 서버인 {next}을(를) 알려 주었습니다. 연결의 비밀 값이 드러나므로 그곳에는 "
        "요청하지 않습니다. 연결의 host를 고치거나 API 담당자에게 알리세요."
    ),
    "http.page_repeated": (
        "{url}({page}페이지): 같은 페이지가 연달아 두 번 왔습니다. API가 요청한 페이지를 무시하는 듯하며, 이대로는 "
        "끝나지 않습니다. HttpSource의 pages=를 고치세요."
    ),
    "http.page_size_half": "PageNumber의 size_parameter와 size는 함께 지정하거나 둘 다 빼야 합니다.",
    "http.page_twice": (
        "{url}({page}페이지): API가 이미 읽은 {next}(으)로 다시 보냅니다. 페이지가 순환합니다. 아무것도 게시하지 "
        "않았습니다. API 담당자에게 알리세요."
    ),
    "http.rate_not_positive": "requests_per_second는 {rate}일 수 없습니다. 0보다 큰 수를 주거나 빼세요.",
    "http.rows_differ": (
        "{url}: {rows}행을 받았는데 API는 {total}행이라고 합니다. 행이 빠졌거나 중복되었습니다. 아무것도 게시하지 "
        "않았습니다."
    ),
    "http.status": "{url}의 응답 {status}: {body}",
    "http.too_late": (
        "{url}: {why}. 다음 시도는 {pause}초 뒤인데 제한 시간 {deadline}초를 넘습니다. deadline_seconds를 늘리거나 "
        "나중에 다시 시도하세요."
    ),
    "http.wrong_record": (
        "{url}({page}페이지) {row}번째 행: {detail}. API 담당자에게 알리거나, 이런 행을 max_bad_rows=…로 허용하세요."
    ),
    "http.wrong_shape": (
        "{url}({page}페이지): {expected}이(가) 와야 하는데 {found}이(가) 왔습니다. HttpSource의 records=, pages=, "
        "columns=를 고치거나 API 담당자에게 알리세요."
    ),
    "http.wrong_value": (
        "{url}({page}페이지) {row}번째 행, 필드 {column!r}: {detail}. HttpSource의 columns=에서 타입을 고치거나, 이런 "
        "행을 max_bad_rows=…로 허용하세요."
    ),
}
