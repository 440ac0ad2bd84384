"""게이트웨이의 한국어 문구."""

MESSAGES = {
    "gateway.answer_unsendable": "태스크의 요청에 대한 응답을 전달할 수 없습니다: {why}",
    "gateway.assignment_unsendable": (
        "태스크를 워커에 넘길 수 없습니다: {why}. 태스크에는 실행의 conf, params, 매핑된 값이 함께 전달됩니다. "
        "이 값들을 줄이거나, 데이터를 찾을 수 있는 이름만 넘기세요"
    ),
    "gateway.attempt_unknown": (
        "시도 {attempt_id}의 요청에 답할 수 없습니다. "
        "태스크가 초기화되었거나 취소되었거나 상태가 직접 지정되어 더 이상 실행 중이 아닙니다"
    ),
    "gateway.connection_misspelt": (
        "연결 '{connection_id}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? `mulgil connections list`로 확인하세요"
    ),
    "gateway.connection_unknown": (
        "연결 '{connection_id}'이(가) 없습니다. `mulgil connections set {connection_id} …` 명령으로 만드세요"
    ),
    "gateway.protocol_unsupported": (
        "이 워커의 태스크 프로토콜 버전은 {theirs}이고 스케줄러는 {oldest}~{newest} 버전을 지원합니다. "
        "양쪽에 같은 버전의 mulgil을 설치하세요"
    ),
    "gateway.reason_unsendable": "태스크를 끝내라는 요청이 있었습니다",
    "gateway.unreadable": ("저장된 {what}을(를) 다시 읽을 수 없습니다({kind}: {why}). 중첩을 줄여 다시 설정하세요"),
    "gateway.variable_misspelt": (
        "변수 '{key}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? `mulgil variables list`로 확인하세요"
    ),
    "gateway.variable_unknown": "변수 '{key}'이(가) 없습니다. `mulgil variables set {key} VALUE` 명령으로 만드세요",
    "gateway.xcoms_too_large": (
        "태스크 '{task_id}'의 XCom '{key}'은(는) 모두 {bytes}바이트로, 한 번에 넘길 수 있는 {limit}바이트를 넘습니다. "
        "매핑된 태스크마다 더 적게 반환하거나, 데이터를 테이블에 쓰고 그 이름을 반환하세요"
    ),
}
