"""한국어: 태스크끼리 주고받는 값."""

MESSAGES: dict[str, str] = {
    "xcom.cannot_rebuild": (
        "XCom에 든 클래스 `{name}`의 객체를 저장된 내용으로 다시 만들 수 없습니다: {detail}. "
        "클래스에 새로 추가한 필드에 기본값을 주거나, 이 값을 쓴 태스크를 초기화(clear)하세요."
    ),
    "xcom.is_file": ("이 XCom의 내용은 데이터베이스 행이 아니라 파일에 있습니다. 행이 가리키는 파일을 읽으세요."),
    "xcom.key_not_text": (
        "태스크 `{task_id}`의 XCom `{key}`에서 {path} 위치의 딕셔너리에 {type} 형의 키가 있습니다. "
        "키는 문자열만 저장할 수 있습니다. 키를 `str()`로 바꾸거나 (키, 값) 쌍의 리스트를 반환하세요."
    ),
    "xcom.name_taken": (
        "클래스 {type}을(를) `{name}`(이)라는 이름의 XCom 형으로 등록할 수 없습니다. "
        "{known}이(가) 이미 쓰는 이름입니다. 다른 `name=`을 주세요."
    ),
    "xcom.newer_format": (
        "이 XCom은 더 새로운 mulgil이 형식 {format}(으)로 저장했습니다. "
        "이 버전은 형식 {supported}까지 읽을 수 있습니다. "
        "여기의 mulgil을 업그레이드하거나 모든 프로세스를 같은 버전으로 실행하세요."
    ),
    "xcom.not_registrable": (
        "클래스 {type}은(는) dataclass도 msgspec Struct도 아니어서 XCom 형으로 등록할 수 없습니다. "
        "dataclass로 만들거나 딕셔너리를 넘기세요."
    ),
    "xcom.too_large": (
        "태스크 `{task_id}`의 XCom `{key}` 크기가 {bytes}바이트로 한도 {limit}바이트를 넘습니다. "
        "XCom은 작은 값을 위한 것입니다. 데이터를 테이블이나 파일에 쓰고 그 이름을 넘기거나, "
        "이 한도가 없는 Arrow 테이블을 반환하세요."
    ),
    "xcom.too_large_together": (
        "태스크 `{task_id}`의 XCom은 `{key}`까지 합쳐 {bytes}바이트로 한도 {limit}바이트를 넘습니다. "
        "키를 줄이거나, 데이터를 테이블이나 파일에 쓰고 그 이름을 넘기세요."
    ),
    "xcom.too_deep": (
        "태스크 `{task_id}`의 XCom `{key}`이(가) {path} 아래로 {limit}단계보다 깊게 중첩되었거나 "
        "자기 자신을 포함합니다. 더 얕은 값을 반환하세요."
    ),
    "xcom.unknown_class": (
        "XCom에 클래스 `{name}`의 객체가 있지만 이 프로세스에는 등록되어 있지 않습니다. "
        "`@register_type`으로 등록하는 모듈을 DAG 파일에서 import하고, 클래스를 옮길 때는 등록한 이름을 유지하세요."
    ),
    "xcom.unknown_kind": (
        "XCom에 이 버전의 mulgil이 모르는 종류 `{kind}`의 값이 있습니다. "
        "여기의 mulgil을 업그레이드하거나 모든 프로세스를 같은 버전으로 실행하세요."
    ),
    "xcom.unreadable": (
        "저장된 XCom을 읽을 수 없습니다: {detail}. 이 값을 쓴 태스크를 초기화(clear)해 다시 쓰게 하세요."
    ),
    "xcom.unregistered_type": (
        "태스크 `{task_id}`의 XCom `{key}`에서 {path} 위치에 등록되지 않은 클래스 {type}의 객체가 있습니다. "
        "클래스에 `@register_type`을 붙이거나 딕셔너리를 넘기세요."
    ),
    "xcom.unsupported_type": (
        "태스크 `{task_id}`의 XCom `{key}`에서 {path} 위치에 저장할 수 없는 {type} 형의 값이 있습니다. "
        "일반 파이썬 값으로 바꾸거나(예: `.item()`, `.tolist()`, `str()`), Arrow 테이블을 넘기거나, "
        "데이터를 테이블에 쓰고 그 이름을 반환하세요."
    ),
}
